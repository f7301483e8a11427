import { apiTexts } from '@/texts/api'

/** One field the server refuses, at a JSON location such as `body.password`. */
export interface FieldFault { location: string; message: string }

interface ErrorParts {
  status: number
  code: string
  title: string
  detail: string
  errors?: FieldFault[]
  /** Number the user can copy and support can find in the log. */
  reference?: string
}

/**
 * A request that did not end well. `detail` is Chinese and says what to do next.
 * `definite` tells whether the server has decided: after an indefinite error (no answer, 5xx) the
 * command may have happened, and only a retry with the same Idempotency-Key is safe.
 */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly errors: FieldFault[]
  readonly reference: string

  constructor(parts: ErrorParts) {
    super(parts.detail)
    this.name = 'ApiError'
    this.status = parts.status
    this.code = parts.code
    this.title = parts.title
    this.detail = parts.detail
    this.errors = parts.errors ?? []
    this.reference = parts.reference ?? ''
  }

  get definite(): boolean {
    return this.status >= 400 && this.status < 500 && ![408, 425, 429].includes(this.status)
  }

  /** The message for one field: `field('login')` finds `body.login`. */
  field(name: string): string | undefined {
    return this.errors.find((e) => e.location === name || e.location.endsWith(`.${name}`))?.message
  }
}

/** No answer came at all: the line is down, the server is off, or the request was too slow. */
export function networkError(): ApiError {
  return new ApiError({ status: 0, code: 'network', title: apiTexts.networkTitle, detail: apiTexts.network })
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Reads an RFC 9457 answer; anything else (a proxy's page) becomes a text by status. */
export async function errorOf(response: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {}
  try {
    const parsed: unknown = await response.clone().json()
    if (parsed && typeof parsed === 'object') body = parsed as Record<string, unknown>
  } catch {
    body = {}
  }
  const errors = Array.isArray(body.errors)
    ? body.errors.map((e: Record<string, unknown>) => ({ location: text(e?.location), message: text(e?.message) }))
    : []
  return new ApiError({
    status: response.status,
    code: text(body.code) || `http_${response.status}`,
    title: text(body.title),
    detail: text(body.detail) || apiTexts.byStatus(response.status),
    errors,
    reference: response.headers.get('X-Request-Id') ?? '',
  })
}

/** Turns whatever was thrown into an ApiError; a programming error stays what it is. */
export function asApiError(thrown: unknown): ApiError | null {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof TypeError && /fetch|network|load/i.test(thrown.message)) return networkError()
  return null
}

/** The sentence to show for whatever was thrown. */
export function sayError(thrown: unknown): string {
  return asApiError(thrown)?.detail ?? apiTexts.unknown
}
