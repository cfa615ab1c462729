/** Why a request came to nothing: what the server said as problem+json, or `offline`. */
export class Failure extends Error {
  constructor(
    /** 0 when no answer came at all. */
    readonly status: number,
    /** A word for programs: `missing`, `conflict`, `invalid`, …, or ours: `offline`, `unreadable`. */
    readonly code: string,
    detail: string,
    readonly field: string | null = null,
  ) {
    super(detail);
    this.name = 'Failure';
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get passes(): boolean {
    return (
      this.status === 0 ||
      this.status === 502 ||
      this.status === 504 ||
      ['busy', 'shutting_down', 'rate_limited', 'store_locked'].includes(this.code)
    );
  }
}

/** Whatever was thrown, as a failure. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure(0, 'offline', thrown instanceof Error ? thrown.message : String(thrown));
}

/** The failure that a response with an error status tells. */
export async function failureOf(response: Response): Promise<Failure> {
  const said = text(response, await response.text().catch(() => ''));
  return new Failure(response.status, said.code, said.detail, said.field);
}

function text(response: Response, body: string): { code: string; detail: string; field: string | null } {
  const fallback = { code: 'unreadable', detail: `${response.status} ${response.statusText}`.trim(), field: null };
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem !== 'object' || problem === null) return fallback;
    const { code, detail, title, field } = problem as Record<string, unknown>;
    return {
      code: typeof code === 'string' ? code : fallback.code,
      detail: typeof detail === 'string' ? detail : typeof title === 'string' ? title : fallback.detail,
      field: typeof field === 'string' ? field : null,
    };
  } catch {
    return fallback;
  }
}
