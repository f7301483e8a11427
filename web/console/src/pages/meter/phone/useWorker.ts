import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

/** The script that this page began with. */
const entry = (): string => {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]')
  return script ? new URL(script.src).pathname : ''
}

/**
 * Lets the phone page of this project open without a signal from now on: its worker fetches the files of the page and takes
 * care of this address only. Browsers allow that to https (and to this machine); elsewhere the page works as long as it is
 * open. `calm` says when the page may begin anew because the server has another release.
 */
export function useWorker(project: Ref<string>, calm: Ref<boolean>): { look: () => Promise<void> } {
  const workers = 'serviceWorker' in navigator && import.meta.env.PROD ? navigator.serviceWorker : null
  const outdated = ref(false)
  let ours: ServiceWorkerRegistration | null = null
  const heard = (event: MessageEvent<{ entry?: string } | null>) => {
    const theirs = event.data?.entry
    if (theirs && theirs !== entry()) outdated.value = true
  }
  watch([outdated, calm], () => { if (outdated.value && calm.value) location.reload() })

  /** Asks whether the server has another release. */
  async function look(): Promise<void> {
    try {
      await ours?.update()
    } catch {
      // No signal, or the server is just being changed: the next look comes with the next signal.
    }
  }
  onMounted(async () => {
    workers?.addEventListener('message', heard)
    try {
      ours = (await workers?.register('/phone-worker.js', { scope: `/p/${project.value}/phone/`, updateViaCache: 'none' })) ?? null
    } catch {
      // A browser that forbids workers keeps the page only while it is open.
    }
  })
  onBeforeUnmount(() => workers?.removeEventListener('message', heard))
  return { look }
}
