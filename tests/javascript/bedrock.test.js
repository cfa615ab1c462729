// The AWS SDK for JavaScript with default settings: HTTP/2 with prior knowledge.
import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serve } from "./endpoint.js";

const PREFILL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NO_PREFILL = "us.anthropic.claude-sonnet-5";
const PROMPTS = ["/long 12", "12段落書いて", "/code python 20", "/table 12x4", "/json 12", "/emoji 12"];

let endpoint;
before(async () => {
  endpoint = await serve();
});
after(() => endpoint.close());

const question = (modelId, text, maxTokens, wish) => ({
  modelId,
  messages: [{ role: "user", content: [{ text }] }],
  inferenceConfig: { maxTokens },
  ...(wish && { additionalModelRequestFields: { tsuzuki: wish } }),
});

const native = (modelId, text, maxTokens) => ({
  modelId,
  contentType: "application/json",
  body: JSON.stringify({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: maxTokens,
    messages: [{ role: "user", content: text }],
  }),
});

async function converse(client, ...words) {
  const response = await client.send(new ConverseCommand(question(...words)));
  const { content, role } = response.output.message;
  assert.equal(role, "assistant");
  return { text: content.map((block) => block.text).join(""), stop: response.stopReason };
}

async function converseStream(client, ...words) {
  const response = await client.send(new ConverseStreamCommand(question(...words)));
  let text = "";
  let stop;
  for await (const event of response.stream) {
    text += event.contentBlockDelta?.delta.text ?? "";
    stop ??= event.messageStop?.stopReason;
  }
  return { text, stop };
}

async function invoke(client, ...words) {
  const response = await client.send(new InvokeModelCommand(native(...words)));
  const body = JSON.parse(new TextDecoder().decode(response.body));
  return { text: body.content.map((block) => block.text).join(""), stop: body.stop_reason };
}

async function invokeStream(client, ...words) {
  const response = await client.send(new InvokeModelWithResponseStreamCommand(native(...words)));
  let text = "";
  let stop;
  for await (const event of response.body) {
    const chunk = JSON.parse(new TextDecoder().decode(event.chunk.bytes));
    text += chunk.type === "content_block_delta" ? chunk.delta.text : "";
    stop ??= chunk.delta?.stop_reason;
  }
  return { text, stop };
}

for (const model of [PREFILL, NO_PREFILL]) {
  for (const prompt of PROMPTS) {
    for (const operation of [converse, converseStream, invoke, invokeStream]) {
      test(`${operation.name} of ${prompt} by ${model} is whole`, async () => {
        const uncut = await converse(endpoint.client, model, prompt, 4096, { mode: "off" });
        assert.equal(uncut.stop, "end_turn");
        assert.ok(uncut.text.length > 200);
        assert.deepEqual(await operation(endpoint.client, model, prompt, 10), uncut);
      });
    }
  }
}

test("the default settings are HTTP/2", () => {
  assert.equal(endpoint.client.config.requestHandler.constructor.name, "NodeHttp2Handler");
});

test("a validation error is typed", async () => {
  const unknown = new ConverseCommand(question("anthropic.claude-nope-v1:0", "hi", 10));
  await assert.rejects(endpoint.client.send(unknown), (error) => {
    assert.equal(error.name, "ValidationException");
    assert.equal(error.message, "The provided model identifier is invalid.");
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
});

test("an error inside a stream is typed", async () => {
  const broken = await serve({
    options: ["--mode", "off"],
    scenario: `schema = 1

[[rule]]
user = 'break'
reply = 'A text that is long enough to break in the middle of it, after a few of its words.'
fault = [{ call = 1, at = "delta:3", do = "exception", type = "modelStreamErrorException" }]
`,
  });
  try {
    const response = await broken.client.send(new ConverseStreamCommand(question(PREFILL, "break", 100)));
    let text = "";
    await assert.rejects(
      async () => {
        for await (const event of response.stream) {
          text += event.contentBlockDelta?.delta.text ?? "";
        }
      },
      { name: "ModelStreamErrorException" },
    );
    assert.match("A text that is long enough to break", new RegExp(`^${text}`));
    assert.notEqual(text, "");
  } finally {
    await broken.close();
  }
});

test("a stream that breaks is made up for", async () => {
  const whole = "A text that is long enough to break in the middle of it, after a few of its words.";
  const broken = await serve({
    scenario: `schema = 1

[[rule]]
user = 'break'
reply = '${whole}'
fault = [
  { call = 1, at = "delta:3", do = "eof" },
  { call = 2, at = "delta:3", do = "exception", type = "throttlingException" },
]
`,
  });
  try {
    const answer = await converseStream(broken.client, PREFILL, "break", 100);
    assert.deepEqual(answer, { text: whole, stop: "end_turn" });
  } finally {
    await broken.close();
  }
});
