import { networkError } from './errors'

/** The answer, or a network error when it does not come within `ms` milliseconds; the request itself goes on. */
export function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(networkError()), ms)
    answer.then(resolve, reject).finally(() => clearTimeout(late))
  })
}
