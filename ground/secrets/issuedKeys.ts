/**
 * Keys that are known by their shape: what their issuers' documents say of prefix, length and alphabet. Lengths are
 * taken from below, as issuers lengthen keys and never shorten them.
 */

/** The beginnings of a kind of key, and what comes after them. */
type Shape = readonly [heads: string, tail: string];

const models: readonly Shape[] = [
	// OpenAI, Anthropic, OpenRouter, DeepSeek and most who speak their protocols; also as providers mask them.
	["sk-", String.raw`(?:(?=[a-z_-]{0,99}[A-Z0-9])[\w-]{12,}|[\w-]{0,60}\*{3}[\w*-]*)`],
	["gsk_", "[A-Za-z0-9]{20,}"], // Groq
	["xai-", "[A-Za-z0-9]{40,}"],
	["pplx-", "[A-Za-z0-9]{32,}"], // Perplexity
	["AIza", String.raw`[\w-]{35}`], // Google
	["AQ.Ab", String.raw`[\w-]{40,}`],
	["hf_ api_org_", "[A-Za-z0-9]{20,}"], // Hugging Face
	["r8_", "[A-Za-z0-9]{30,}"], // Replicate
	["csk-", "[a-z0-9]{32,}"], // Cerebras
	["nvapi-", String.raw`[\w-]{40,}`],
	["tgp_v1_", String.raw`[\w-]{30,}`], // Together
	["fw_", "[A-Za-z0-9]{20,}"], // Fireworks
	["lsv2_pt_ lsv2_sk_", "[0-9a-f]{32}_[0-9a-f]{10}"], // LangSmith
	["pcsk_", String.raw`\w{40,}`], // Pinecone
	["tvly-", String.raw`[\w-]{20,}`], // Tavily
	["jina_", String.raw`[\w-]{40,}`],
	["pa-", String.raw`(?=[\w-]{0,99}\d)(?=[\w-]{0,99}[A-Z])[\w-]{40,}`], // Voyage
	["esecret_", "[A-Za-z0-9]{20,}"], // Anyscale
	["bb_live_", String.raw`[\w-]{20,}`], // Browserbase
	["e2b_", "[0-9a-f]{40}"],
	["fc-", "[0-9a-f]{32}"], // Firecrawl
	["wandb_v1_", String.raw`\w{40,}`],
	["KGAT_", "[0-9a-f]{32}"], // Kaggle
	["sk_", "[0-9a-f]{48}"], // ElevenLabs
	["ABSK", "[A-Za-z0-9+/]{80,}={0,2}"], // Amazon Bedrock
	["bedrock-api-key-", "[A-Za-z0-9+/_-]{40,}={0,2}"],
];

const code: readonly Shape[] = [
	["ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9]{20,}"],
	["github_pat_", String.raw`\w{20,}`],
	[
		"glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- gloas- glsoat- glffct- glwt-",
		String.raw`[\w.-]{16,}`,
	],
	["GR1348941", String.raw`[\w-]{20,}`], // GitLab runners
	["ATATT3 ATCTT3 ATSTT3 ATBB", "[A-Za-z0-9+/_=-]{20,}"], // Atlassian, Bitbucket
	["npm_", "[A-Za-z0-9]{36}"],
	["pypi-AgE", String.raw`[\w-]{30,}`],
	["rubygems_", "[0-9a-f]{48}"],
	["cio", "(?=[A-Za-z]{0,99}\\d)[A-Za-z0-9]{32}(?![A-Za-z0-9])"], // crates.io
	["oy2", "[a-z0-9]{43}"], // NuGet
	["dckr_pat_ dckr_oat_", String.raw`[\w-]{20,}`],
	["CLOJARS_", "[0-9a-z]{60}"],
	["AKCp", "[A-Za-z0-9]{60,}"], // JFrog
	["cmVmdGtu", "[A-Za-z0-9]{50,}"],
	["bkua_ bkpt_ bkaj_", "[0-9a-f]{40}"], // Buildkite
	["CCIPAT_ CCIPRJ_", String.raw`\w{40,}`], // CircleCI
	["sqp_ squ_ sqa_", "[0-9a-f]{40}"], // SonarQube
	["PMAK-", "[0-9a-f]{24}-[0-9a-f]{34}"], // Postman
	["rdme_", "[a-z0-9]{70}"],
	["pul-", "[0-9a-f]{40}"], // Pulumi
	["dbtc_ dbtu_", String.raw`[\w=-]{30,}`],
	["pnu_ pnb_", "[A-Za-z0-9]{30,}"], // Prefect
	["sgp_", "[0-9A-Za-z_]{40,}"], // Sourcegraph, Segment
	["figd_ figu_ figo_ figor_", String.raw`[\w-]{30,}`],
];

const clouds: readonly Shape[] = [
	["AKIA ASIA ABIA ACCA", "[A-Z0-9]{16}(?![A-Za-z0-9])"],
	["FwoGZXIvYXdz IQoJb3JpZ2lu", "[A-Za-z0-9+/]{80,}={0,2}"], // AWS session tokens
	["GOCSPX-", String.raw`[\w-]{20,}`],
	["ya29.", String.raw`[\w-]{20,}`],
	["1//0", String.raw`[\w-]{30,}`],
	["GOOG1", "[A-Z0-9]{20,}"],
	["cfk_ cfut_ cfat_", "[A-Za-z0-9]{40,}"], // Cloudflare
	["dop_v1_ doo_v1_ dor_v1_", "[0-9a-f]{64}"], // DigitalOcean
	["HRKU-", String.raw`[\w-]{30,}`], // Heroku
	["fo1_ fm1_ fm1a_ fm1r_ fm2_", "[A-Za-z0-9+/_=,-]{30,}"], // Fly.io
	["nfp_ nfo_ nfc_ nfu_ nfb_", "[A-Za-z0-9]{30,}"], // Netlify
	["vcp_ vci_ vca_ vcr_ vck_", "[A-Za-z0-9]{24,}"], // Vercel
	["rnd_", "[A-Za-z0-9]{28,}"], // Render
	["sbp_", "[0-9a-f]{40}"], // Supabase
	["sb_secret_", String.raw`[\w-]{20,}`],
	["napi_", "[a-z0-9]{40,}"], // Neon
	["pscale_tkn_ pscale_pw_ pscale_oauth_", String.raw`[\w.=-]{32,}`],
	["tskey-", String.raw`[a-z]+-[\w-]{20,}`], // Tailscale
	["dp.pt. dp.st. dp.ct. dp.sa. dp.said. dp.scim. dp.audit.", String.raw`(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,}`], // Doppler
	["hvs. hvb. hvr.", String.raw`[\w-]{20,}`], // Vault
	[
		"s.",
		String.raw`(?=[A-Za-z]{0,99}\d)(?=[a-z0-9]{0,99}[A-Z])(?=[A-Z0-9]{0,99}[a-z])[A-Za-z0-9]{24}(?![\w.(])`,
	],
	["ops_eyJ", String.raw`[\w=+/-]{40,}`], // 1Password
	["A3-", "[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"],
	["dapi dose", "[0-9a-f]{32}(?:-\\d+)?"], // Databricks
	["glc_", "[A-Za-z0-9+/]{20,}={0,2}"], // Grafana
	["glsa_", "[A-Za-z0-9]{32}_[0-9a-f]{8}"],
	["eyJrIjoi", "[A-Za-z0-9+/]{40,}={0,2}"],
	["NRAK- NRJS- NRII- NRAL- NRRA-", "[A-Za-z0-9]{16,}"], // New Relic
	["sntrys_ sntryu_ sntrya_ sntryi_", "[A-Za-z0-9+/_=]{30,}"], // Sentry
	["hcaik_ hcbik_ hclik_ hcalk_ hcamk_", "[a-z0-9]{50,}"], // Honeycomb
	["dt0c01. dt0s01. dt0s02. dt0s16.", String.raw`[A-Z0-9]{8,24}\.[A-Z0-9]{64}`], // Dynatrace
	["phx_", "[A-Za-z0-9]{30,}"], // PostHog
	["LTAI", "[A-Za-z0-9]{12,24}(?![A-Za-z0-9])"], // Alibaba
	["AKID", "(?=[A-Za-z]{0,99}\\d)[A-Za-z0-9]{32}(?![A-Za-z0-9])"], // Tencent
	["bce-v3/", String.raw`ALTAK-[\w/-]{30,}`], // Baidu
	["y0_ y1_ y2_ y3_", String.raw`[\w-]{50,}`], // Yandex
	["AQVN", String.raw`[\w-]{35,}`],
	["LS0tLS1CRUdJTi", "(?!BDRVJUSUZJQ0FUR)[A-Za-z0-9+/]{60,}={0,2}"], // a key file in base64; certificates are public
];

const services: readonly Shape[] = [
	["sk_live_ sk_test_ rk_live_ rk_test_ sk_org_", "[A-Za-z0-9]{10,}"], // Stripe, Clerk, Paystack
	["whsec_", "[A-Za-z0-9+/=_-]{20,}"],
	["xoxb- xoxp- xoxa- xoxr- xoxs- xoxo- xoxc- xoxd- xoxe- xoxe. xapp-", String.raw`[\w.%-]{10,}`], // Slack
	["hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/", "[A-Za-z0-9/_-]{20,}"],
	["discord.com/api/webhooks/ discordapp.com/api/webhooks/", String.raw`\d{15,20}/[\w-]{40,}`],
	["webhook.office.com/webhookb2/", "[\\w@/-]{60,}"],
	["SG.", String.raw`[\w-]{16,}\.[\w-]{30,}`], // SendGrid
	["xkeysib- xsmtpsib-", "[0-9a-f]{64}-[A-Za-z0-9]{16}"], // Brevo
	["key-", "[0-9a-f]{32}(?![0-9A-Za-z])"], // Mailgun
	["re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}"], // Resend
	["md-", String.raw`(?=[\w-]{0,99}\d)[\w-]{22}(?![\w-])`], // Mandrill
	["SK", "[0-9a-f]{32}(?![0-9A-Za-z])"], // Twilio
	["shpat_ shpca_ shppa_ shpss_ shpua_ shptka_", "[0-9a-fA-F]{32}"], // Shopify
	["sq0atp- sq0csp- sq0idp-", String.raw`[\w-]{22,}`], // Square
	["EAAA", String.raw`(?!A)[\w-]{60}(?![\w-])`],
	["EAA", "(?!A)[A-Za-z0-9]{90,}"], // Meta
	["access_token$production$ access_token$sandbox$", String.raw`[0-9a-z]{16}\$[0-9a-f]{32}`], // PayPal
	["access-sandbox- access-development- access-production-", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"], // Plaid
	["rzp_live_ rzp_test_", "[A-Za-z0-9]{14,}"],
	["FLWSECK- FLWSECK_TEST-", "[0-9A-Za-z-]{20,}"],
	["pdl_live_apikey_ pdl_sdbx_apikey_", String.raw`\w{30,}`], // Paddle
	["AQE", String.raw`(?=[\w+/=^-]{0,99}[+/^])[\w+/=^-]{80,}`], // Adyen
	["live_ test_", "(?=[A-Za-z]{0,99}\\d)(?=[a-z0-9]{0,99}[A-Z])[A-Za-z0-9]{30}(?![A-Za-z0-9_])"], // Mollie
	["klarna_live_api_ klarna_test_api_", String.raw`[\w-]{30,}`],
	["pat", String.raw`[A-Za-z0-9]{14}\.[0-9a-f]{64}`], // Airtable
	["pat-na1- pat-eu1-", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"], // HubSpot
	["CFPAT-", String.raw`[\w-]{40,}`], // Contentful
	["sl.", String.raw`(?=[\w.-]{0,99}\d)[\w-][\w.-]{100,}`], // Dropbox
	["ntn_", "[A-Za-z0-9]{40,}"], // Notion
	["secret_", "(?=[A-Za-z]{0,99}\\d)[A-Za-z0-9]{43}(?![A-Za-z0-9])"],
	["secret-", "(?=[A-Za-z]{0,99}\\d)[A-Za-z0-9]{40,}"], // Statsig
	["lin_api_ lin_oauth_ lin_wh_", "[A-Za-z0-9]{30,}"], // Linear
	["tfp_", String.raw`[\w-]{40,}`], // Typeform
	["sk.eyJ", String.raw`[\w-]{20,}\.[\w-]{20,}`], // Mapbox
	["sdk- mob- api-", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"], // LaunchDarkly
	["dG9rO", "[A-Za-z0-9+/]{40,}={0,2}"], // Intercom
	["oauth:", "[a-z0-9]{30}(?![a-z0-9])"], // Twitch
	["AAAAAAAAAAAAAAAAAAAAA", String.raw`[A-Za-z0-9]{0,80}%(?:2[BbFf]|3[Dd])[\w%]{20,}`], // X
	["vk1.a.", String.raw`[\w-]{60,}`],
];

const formats: readonly Shape[] = [
	["eyJ", String.raw`[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+){0,3}`], // JSON Web Tokens
	["v1.local. v2.local. v3.local. v4.local. v2.public. v4.public.", String.raw`[\w-]{40,}`], // PASETO
	["AGE-SECRET-KEY-1 AGE-PLUGIN-", "[0-9A-Z-]{40,}"],
	["nsec1", "[a-z0-9]{58}"], // Nostr
	["xprv tprv yprv zprv", "[1-9A-HJ-NP-Za-km-z]{100,}"], // BIP 32
];

/** Keys whose mark stands inside of them. */
const marked: readonly Shape[] = [
	[".atlasv1.", String.raw`[\w-]{60,}`], // Terraform
	["Q~", String.raw`(?<=[\w.~-]{3}\dQ~)[\w.~-]{31,34}`], // Microsoft Entra
	["JQQJ99", "[A-Za-z0-9]{20,}"], // Azure
	["+ASt +ABa +AMC +AEh +ARm +ACDb", "[A-Za-z0-9+/]{5}[AQgw]=="],
];

/** Keys that are known as a whole only. */
const unmarked: readonly string[] = [
	String.raw`[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])`, // Discord
	String.raw`\d{8,10}:AA[\w-]{33}(?![\w-])`, // Telegram
	String.raw`[12]\/\d{10,20}(?:\/\d{10,20})?:[0-9a-f]{32}(?![0-9a-z])`, // Asana
];

const headed: readonly Shape[] = [...models, ...code, ...clouds, ...services, ...formats];

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const headsOf = ([heads]: Shape): string => heads.split(" ").map(literal).join("|");
const union = (shapes: readonly Shape[]): string =>
	shapes.map((shape) => `(?:${headsOf(shape)})${shape[1]}`).join("|");

const begins = "(?<![A-Za-z0-9])";
/** Most texts have none of these, and need no closer look. */
const anyHead = new RegExp(`${begins}(?:${headed.map(headsOf).join("|")})`);
const headedKey = new RegExp(`${begins}(?:${union(headed)})`, "g");
const anyMark = new RegExp(marked.map(headsOf).join("|"));
const markedKey = new RegExp(union(marked), "g");
const unmarkedKey = new RegExp(`(?<![\\w-])(?:${unmarked.join("|")})`, "g");

/** Calls back with the place of each key in a text. */
export const eachIssuedKey = (text: string, found: (start: number, end: number) => void): void => {
	const each = (pattern: RegExp, startOf: (index: number) => number) => {
		for (const { 0: key, index } of text.matchAll(pattern)) found(startOf(index), index + key.length);
	};
	if (anyHead.test(text)) each(headedKey, (index) => index);
	if (anyMark.test(text)) each(markedKey, (index) => beginOf(text, index));
	each(unmarkedKey, (index) => index);
};

/** Where the word begins in which a mark stands. */
const beginOf = (text: string, index: number): number => {
	let start = index;
	while (start > 0 && index - start < 90 && /[\w+/.~-]/.test(text[start - 1]!)) start--;
	return start;
};
