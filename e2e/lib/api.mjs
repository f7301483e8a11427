// Calls the API as a program does, with a bearer token or the cookie of a page.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

/**
 * Every call fails the test when it is refused, unless it names the status it
 * wants or says any: true.
 * @param {string} origin
 */
export function api(origin, cookie = '') {
  const call = async (method, path, body, { key, status, any } = {}) => {
    const headers = { origin, accept: 'application/json', ...(cookie ? { cookie } : {}) }
    if (body !== undefined && !(body instanceof FormData)) headers['content-type'] = 'application/json'
    if (method === 'POST') headers['idempotency-key'] = key ?? randomUUID()
    const answer = await fetch(origin + '/api/v1' + path, { method, headers, body: body === undefined || body instanceof FormData ? body : JSON.stringify(body) })
    const text = await answer.text()
    const isJSON = /json/.test(answer.headers.get('content-type') ?? '')
    const result = { status: answer.status, headers: answer.headers, text, body: isJSON && text ? JSON.parse(text) : undefined }
    if (status !== undefined) assert.equal(result.status, status, `${method} ${path}: ${text}`)
    else if (!any) assert.ok(result.status < 400, `${method} ${path}: ${result.status} ${text}`)
    const set = answer.headers.getSetCookie().map((c) => c.split(';')[0])
    if (set.length) cookie = set.join('; ')
    return result
  }
  return {
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, body = {}, options) => call('POST', path, body, options),
    put: (path, body, options) => call('PUT', path, body, options),
    patch: (path, body, options) => call('PATCH', path, body, options),
    delete: (path, options) => call('DELETE', path, undefined, options),
    /** Sends a file as the field "file" of a form, with more fields beside it. */
    upload: (path, name, bytes, fields = {}, options) => {
      const form = new FormData()
      for (const [k, v] of Object.entries(fields)) form.append(k, v)
      form.append('file', new Blob([bytes]), name)
      return call('POST', path, form, options)
    },
    get cookie() { return cookie },
  }
}
