/** Codex takes its provider from a file alone: `config.toml` in `CODEX_HOME`. The key is in `LOOP_KEY`. */
export const codexConfig = (url: string): string => `model = "loop-1"
model_provider = "loop"
[analytics]
enabled = false
[model_providers.loop]
name = "loop"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "LOOP_KEY"
request_max_retries = 0
stream_max_retries = 0
`;
