// The real binary with the offline simulator, on a free port of loopback.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BINARY = process.env['TSUZUKI_BIN'] ?? join(process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target'), 'debug/tsuzuki');
const START_MS = 20_000;

export interface Options {
  /** A scenario for the simulator, as TOML. */
  scenario?: string;
  /** Who comes in has to say this. */
  password?: string;
  /** Over Amazon Bedrock, with these variables and no others of AWS; the simulator if there are none. */
  bedrock?: Record<string, string>;
}

/** Without these, nobody looks for credentials of the machine that runs the tests. */
const NO_CREDENTIALS = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };

/** `tsuzuki serve` until `close`; it may be killed and started again on the same port and data. */
export class Server {
  private process: ChildProcess | undefined;
  private port = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'tsuzuki-page-'));

  private constructor(private options: Options) {}

  static async start(options: Options = {}): Promise<Server> {
    const server = new Server(options);
    await server.launch();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    const process = this.process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const gone = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await gone;
  }

  /** Starts it again where it was, with other options if there are some. */
  async restart(options?: Options): Promise<void> {
    await this.kill();
    if (options !== undefined) this.options = options;
    await this.launch();
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    const { bedrock } = this.options;
    const flags = ['serve', '--backend', bedrock ? 'bedrock' : 'sim', '--listen', `127.0.0.1:${this.port}`, '--data', join(this.folder, 'data')];
    if (this.options.scenario !== undefined) {
      const file = join(this.folder, 'scenario.toml');
      writeFileSync(file, this.options.scenario);
      flags.push('--scenario', file);
    }
    if (this.options.password !== undefined) {
      const file = join(this.folder, 'tsuzuki.toml');
      writeFileSync(file, `[chat]\n${spawnSync(BINARY, ['password'], { input: `${this.options.password}\n`, encoding: 'utf8' }).stdout}`);
      flags.push('--config', file);
    }
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TSUZUKI|AWS)_/.test(name)));
    const child = spawn(BINARY, flags, { env: { ...clean, ...NO_CREDENTIALS, ...bedrock }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    this.port = await new Promise<number>((resolve, reject) => {
      let said = '';
      const giveUp = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`the server did not start:\n${said}`));
      }, START_MS);
      const listen = (piece: Buffer) => {
        said += piece.toString();
        const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
        if (found?.[1] !== undefined) {
          clearTimeout(giveUp);
          resolve(Number(found[1]));
        }
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
      child.once('exit', (code) => {
        clearTimeout(giveUp);
        reject(new Error(`the server ended with ${code}:\n${said}`));
      });
    });
  }
}
