// The real binary, started on a free port, and clients with the SDK's default settings.
import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 20_000;

export function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  return process.env.TSUZUKI_BIN ?? join(target, "debug", "tsuzuki");
}

/** Starts `tsuzuki serve`; resolves to a client for it, its address, and a function that ends both. */
export async function serve({ options = [], scenario } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "tsuzuki-test-"));
  const words = ["serve", "--listen", "127.0.0.1:0", "--no-chat", ...options];
  if (scenario !== undefined) {
    const file = join(folder, "scenario.toml");
    writeFileSync(file, scenario);
    words.push("--scenario", file);
  }
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TSUZUKI|AWS)_/.test(name)),
  );
  const child = spawn(binary(), words, { env, stdio: ["ignore", "pipe", "pipe"] });
  const endpoint = await address(child);
  const client = new BedrockRuntimeClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "offline", secretAccessKey: "offline" },
  });
  const close = async () => {
    client.destroy();
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
    rmSync(folder, { recursive: true });
  };
  return { client, close, url: endpoint };
}

function address(child) {
  return new Promise((resolve, reject) => {
    let talk = "";
    child.stderr.on("data", (piece) => (talk += piece));
    const fail = () => reject(new Error(`the endpoint did not start\n${talk}`));
    const timer = setTimeout(fail, START_MS);
    child.once("error", reject);
    child.once("exit", fail);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = line.match(/https?:\/\/127\.0\.0\.1:\d+/);
      if (found) {
        clearTimeout(timer);
        child.off("exit", fail);
        resolve(found[0]);
      }
    });
  });
}
