// Stands for the bridge that WeChat's browser puts into pages: like there it
// comes a little later than the page and tells it by an event.
(() => {
  if (window.top !== window || location.origin === '{{origin}}') return
  const bridge = {
    invoke(name, parameters, told) {
      if (name !== 'getBrandWCPayRequest') {
        told({ err_msg: 'system:function_not_exist' })
        return
      }
      const sheet = window.open('{{origin}}/jsapi?' + new URLSearchParams(parameters))
      const hear = (e) => {
        if (e.origin !== '{{origin}}' || !e.data || !e.data.err_msg) return
        window.removeEventListener('message', hear)
        if (sheet) sheet.close()
        told(e.data)
      }
      window.addEventListener('message', hear)
    },
  }
  const arrive = () => setTimeout(() => {
    window.WeixinJSBridge = bridge
    document.dispatchEvent(new Event('WeixinJSBridgeReady'))
  }, 50)
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', arrive)
  else arrive()
})()
