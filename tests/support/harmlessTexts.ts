/** Lines that look like secrets to a careless eye, and are none. One a line. */
export const harmlessLines: readonly string[] = String.raw`
550e8400-e29b-41d4-a716-446655440000
session_id = "019a3c5e-7d2b-7c41-9f0e-2b8d6a4c1e3f"
commit 9fceb02d0ae598e95dc970b74767f19372d61af8
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
d41d8cd98f00b204e9800998ecf8427e  empty.txt
integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/
password = getpass.getpass()
password = getpass("Password: ")
password = args.password
password = input("password: ")
password = os.environ["DB_PASSWORD"]
password = os.environ.get("DB_PASSWORD", "")
password: str
password: str = Field(...)
password: Optional[str] = None
password = None
password = ""
password = user_password
def login(user, password):
if password == other_password:
self.password = password
"password": None,
{"password": password}
raise ValueError("password too short")
"password": "<your password>"
"password": "\${DB_PASSWORD}"
password = "***"
password: {{ vault.password }}
Password:
Enter your password: 
The password must have at least 8 characters.
"password": "The password must have at least 8 characters."
forgot password? reset it here
token = tokens[0]
token = next(tokenizer)
token = tokenizer.encode(text)
for token in doc: print(token.text, token.pos_)
token: str = ""
{"token": "hello", "pos": "NOUN"}
{"token": "tokenization", "id": 4231}
max_tokens=4096
"usage": {"input_tokens": 1234, "output_tokens": 567, "total_tokens": 1801}
next_token, rest = tokens[0], tokens[1:]
tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
api_key = os.getenv("OPENAI_API_KEY")
api_key=settings.api_key
api_key: str | None = None
client = OpenAI(api_key=api_key)
client = OpenAI(api_key="YOUR_API_KEY")
export OPENAI_API_KEY=$(pass show openai)
export TOKEN="$TOKEN"
GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}
secret = secrets.token_hex(16)
secrets.choice(string.ascii_letters)
import secrets
client_secret = config.client_secret
SECRET_KEY = env("SECRET_KEY")
df.sort_values(key=lambda column: column.str.lower())
sorted(items, key=itemgetter(1))
key = "name"
primary_key = "id_2024_01_31"
partition_key: "2024-01-31T00:00:00"
cache_key = "user:42:profile:2024"
foreign key (user_id) references users(id)
KeyError: 'token'
KeyError: "password"
task-runner-is-no-key, risk-free
risk-assessment-2024-report-final-version
sk-learn pipelines and disk-usage-monitor-for-linux
scikit-learn==1.5.0
ask-me-anything-about-the-long-history-of-rome
img src="/static/logo-2x.4f3a2b1c9d8e7f60.png"
https://example.org/a/b/c?page=2&sort=name
https://example.org/watch?v=dQw4w9WgXcQ&t=42
https://user@example.org/path
git@github.com:owner/repository.git
ssh://git@github.com/owner/repository.git
https://docs.python.org/3/library/getpass.html#module-getpass
http://localhost:8888/lab/tree/notebook.ipynb
postgres://localhost:5432/app
redis://cache:6379/0
file:///home/a/notes.txt
a.py:12:5: E501 line too long
12:30:45.123 INFO started
2024-01-31 12:30:45,123 - root - INFO - basic configuration of the server
fe80::1ff:fe23:4567:890a
00:1A:2B:3C:4D:5E
2001:0db8:85a3:0000:0000:8a2e:0370:7334
Basic authentication is not supported here.
bearer of good news
The bearer token is missing.
Authorization is required.
Authorization: <token>
Authorization: Bearer $TOKEN
Authorization: Bearer {token}
headers = {"Authorization": f"Bearer {token}"}
cookie banners are annoying; cookies: accept all
user login and password reset flows
login page, password field
x = 0x1f3a9c; y = 0b1011
array([0.12345678, 0.23456789, 0.34567891])
3.141592653589793238462643383279502884197
<__main__.Token object at 0x7f8b1c2d3e40>
<function f at 0x7f8b1c2d3e40>
toolu_01A09q90qw90lq917835lq9
call_9pw1qnYScqvGrCH58HWCvFH6
chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT
req_011CSHoEeqs5C35K2UUqR7Fy
msg_01XFDUDYJgAACzvnptvVoYEL
resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
gAAAAABm3f9k0Xq7Zc1vB2nM4aS6dF8gH0jK2lP4oI6uY8tR0eW2qA4zX6cV8bN0mL2kJ4hG6fD8sA
-----BEGIN CERTIFICATE-----
-----BEGIN PUBLIC KEY-----
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0V1ZkQkq7m0mXvQb7pYcR4m3qfJkQ8t5n2a1b3c4d5 a@b
LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURCakNDQWU2Z0F3SUJBZ0lCQVRBTkJna3Foa2lHOXcwQkFRc0ZBREFW
test_the_parser_reads_all_of_it_2024
test_parserReadsAllOfItTwice
live_view_of_the_prices_in_2024
re_compile_all_of_the_patterns_at_once
def patch_all(): pat = re.compile(r"\w+")
pat = re.compile("[a-z]+")
secret_santa_2024 = ["Ann", "Bob"]
SKU12345678 SKIP=1
EAAAAAAAAAAAAAAAAAA
s.some_long_attribute_of_an_object_1
self.assertEqual(token.kind, "name")
passwd: all authentication tokens updated successfully.
auth = (user, password)
auth=HTTPBasicAuth("user", password)
author = "Jane Q. Public"
credentials = service_account.Credentials.from_service_account_file(path)
:param resource_owner_secret: Resource owner secret (optional)
authorization = self.headers.get("authorization")
authorization = authorization.split()
"PWD": "/home/a/project",
OLDPWD=/home/a/other
usage: tool [--user USER]
pass
tests pass: 124, fail: 0
pinned: pin=3
signature = inspect.signature(f)
inspect.signature(f) -> (a, b=2)
@app.get("/token")
Python 3.12.4 (main, Jun  8 2024, 18:29:57) [GCC 11.4.0] on linux
0.1.0-alpha.1+build.2024.01.31
WARNING: token indices sequence length is longer than 512
const sessionToken = await getSessionToken();
if (!token) return res.status(401).json({ error: "no token" });
let secret: String = env::var("SECRET")?;
passphrase := os.Args[1]
`
	.split("\n")
	.filter((line) => line !== "")
	.map((line) => line.replaceAll("\\${", "${"));
