// The AWS SDK for JavaScript at an endpoint as on a network: HTTP/2 over TLS, keys of its own.
// Node reads the authority it trusts when it starts, so the client is a program of its own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { binary, serve } from "./endpoint.js";

const MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const CLIENT = `
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
const client = new BedrockRuntimeClient({});
const messages = [{ role: "user", content: [{ text: "/long 12" }] }];
const ask = { modelId: "${MODEL}", messages, inferenceConfig: { maxTokens: 10 } };
try {
  const whole = await client.send(new ConverseCommand(ask));
  const { stream } = await client.send(new ConverseStreamCommand(ask));
  let text = "";
  for await (const event of stream) text += event.contentBlockDelta?.delta?.text ?? "";
  console.log(JSON.stringify({ stop: whole.stopReason, same: whole.output.message.content[0].text === text }));
} catch (error) {
  console.log(JSON.stringify({ error: error.name }));
}
client.destroy();
`;

let endpoint;
let data;
before(async () => {
  data = mkdtempSync(join(tmpdir(), "tsuzuki-keys-"));
  const options = ["--data", data, "--auth", "both", "--tls", "self-signed", "--mode", "extend"];
  endpoint = await serve({ options });
});
after(async () => {
  await endpoint.close();
  rmSync(data, { recursive: true });
});

function mint(name, auth) {
  const words = ["key", "add", name, "--data", data, "--auth", auth];
  const printed = execFileSync(binary(), words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return Object.fromEntries([...printed.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, key, value]) => [key, value]));
}

async function run(variables) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
  const env = {
    ...clean,
    ...variables,
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint.url,
    NODE_EXTRA_CA_CERTS: join(data, "tls", "ca.pem"),
  };
  const words = ["--input-type=module", "--eval", CLIENT];
  const printed = execFileSync(process.execPath, words, {
    cwd: import.meta.dirname,
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 60_000,
  });
  return JSON.parse(printed);
}

for (const auth of ["sigv4", "bearer"]) {
  test(`a key asks over HTTP/2 and TLS: ${auth}`, async () => {
    assert.deepEqual(await run(mint(`asks-${auth}`, auth)), { stop: "end_turn", same: true });
  });
}

test("a wrong key gets AWS's words", async () => {
  const right = mint("right", "sigv4");
  const wrong = { ...right, AWS_SECRET_ACCESS_KEY: "wrong" };
  assert.deepEqual(await run(wrong), { error: "InvalidSignatureException" });
});
