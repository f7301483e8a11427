package sim

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
)

// Kinds of orders, as trade_type tells them. What older books hold without a
// kind is NATIVE.
const (
	kindNative = ""
	kindH5     = "MWEB"
)

func (t *trade) kind() string {
	if t.Kind == kindNative {
		return "NATIVE"
	}
	return t.Kind
}

type sceneJSON struct {
	Address string `json:"payer_client_ip"`
	Store   *struct {
		ID  string `json:"id"`
		Out string `json:"out_id"`
	} `json:"store_info"`
	H5 struct {
		Type string `json:"type"`
	} `json:"h5_info"`
}

// prepayH5 answers the page for the browser of a telephone. Source: WeChat
// Pay, H5 下单.
func (s *Sim) prepayH5(c *caller, r *http.Request, body []byte) (any, error) {
	var in prepayJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refuse(400, "PARAM_ERROR", "请求体不是 JSON")
	}
	if net.ParseIP(in.Scene.Address) == nil || in.Scene.H5.Type == "" {
		return nil, refuse(400, "PARAM_ERROR", "scene_info 里要有 payer_client_ip 和 h5_info.type")
	}
	t, err := s.take(c, &in, kindH5)
	if err != nil {
		return nil, err
	}
	return map[string]string{"h5_url": "http://" + r.Host + "/h5/" + t.id()}, nil
}

// browserRoutes are the page that the browser of a telephone is sent to, with
// the way back. Source: WeChat Pay, H5 调起支付.
func (s *Sim) browserRoutes(mux *http.ServeMux, show func(w http.ResponseWriter, one *seen, said string)) {
	mux.HandleFunc("GET /h5/{id}", func(w http.ResponseWriter, r *http.Request) {
		one := s.scan(r.PathValue("id"))
		from, err := url.Parse(r.Referer())
		back, wrong := url.Parse(r.URL.Query().Get("redirect_url"))
		switch {
		case one == nil || one.Kind != kindH5:
			w.WriteHeader(http.StatusNotFound)
			show(w, nil, "订单已失效，请回到商户页面重新付款")
		case err != nil || from.Host == "":
			w.WriteHeader(http.StatusForbidden)
			show(w, nil, "商家参数格式有误，请联系商家解决") // no Referer
		case wrong != nil || back.Host != "" && back.Host != from.Host:
			w.WriteHeader(http.StatusForbidden)
			show(w, nil, "商家存在未配置的参数，请联系商家解决")
		default:
			show(w, one, "")
		}
	})
	mux.HandleFunc("POST /h5/{id}", func(w http.ResponseWriter, r *http.Request) {
		said := ""
		switch r.FormValue("do") {
		case "pay":
			if err := s.Pay(codeOf(r.PathValue("id"))); err != nil {
				said = err.Error()
			}
		case "poor":
			said = "余额不足，支付失败，订单仍可再付"
		}
		// Whoever leaves the page comes back as well, paid or not.
		if back := r.URL.Query().Get("redirect_url"); said == "" && back != "" {
			http.Redirect(w, r, back, http.StatusSeeOther)
			return
		}
		show(w, s.scan(r.PathValue("id")), said)
	})
}
