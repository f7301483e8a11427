import { ref } from 'vue'

/** 大字: the choice of whoever holds the telephone, kept for the next page. */
export function useLarge() {
  const large = ref(document.documentElement.dataset.font === 'large')
  function size(): void {
    large.value = !large.value
    if (large.value) document.documentElement.dataset.font = 'large'
    else delete document.documentElement.dataset.font
    try { localStorage.setItem('linli.pay.font', large.value ? 'large' : '') } catch { /* the choice holds until the page is left */ }
  }
  return { large, size }
}
