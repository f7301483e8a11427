package sim

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"
)

// caller is who signed a request, in the mode of a merchant or of a partner.
type caller struct {
	number  string
	partner bool // at the addresses of partners
}

// partyJSON names a merchant in a request: alone, or below the partner who
// signs. Source: WeChat Pay, 普通商户 and 服务商.
type partyJSON struct {
	App      string `json:"appid"`
	Merchant string `json:"mchid"`
	SpApp    string `json:"sp_appid"`
	Sp       string `json:"sp_mchid"`
	SubApp   string `json:"sub_appid"`
	Sub      string `json:"sub_mchid"`
}

// partyOf reads the same out of a query.
func partyOf(q url.Values) *partyJSON {
	return &partyJSON{Merchant: q.Get("mchid"), Sp: q.Get("sp_mchid"), Sub: q.Get("sub_mchid")}
}

// parties are a merchant and, below one, his partner.
type parties struct {
	account string // whose money it is
	app     string
	partner string // "" of a merchant alone
	subApp  string
}

// sub is a merchant below a partner; it has an app of its own.
type sub struct {
	Partner string `json:"partner"`
	App     string `json:"app"`
	Secret  string `json:"secret"`
}

// Join makes a merchant below a partner who is enrolled, or finds him again. He
// has no keys: the partner signs for him.
func (s *Sim) Join(partner, number string) (app, secret string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.books.Subs == nil {
		s.books.Subs = map[string]sub{}
	}
	x, ok := s.books.Subs[number]
	if ok && x.Partner != partner {
		return "", "", fmt.Errorf("%s is a merchant of %s", number, x.Partner)
	}
	if !ok {
		x = sub{Partner: partner, App: "wx" + strings.ToLower(random(16)), Secret: hexText(16)}
		s.books.Subs[number] = x
	}
	return x.App, x.Secret, s.saved()
}

// whose finds whose order a request is about and refuses what does not fit who
// signed it. Apps are checked where they are given; the caller holds the lock.
func (s *Sim) whose(c *caller, in *partyJSON) (parties, error) {
	m := s.books.Merchants[c.number]
	if !c.partner {
		switch {
		case in.Sp != "" || in.Sub != "":
			return parties{}, refuse(400, "PARAM_ERROR", "普通商户的接口没有 sp_mchid 和 sub_mchid")
		case in.Merchant != c.number:
			return parties{}, refuse(400, "PARAM_ERROR", "请求体里的 mchid 和签名的商户号不一致")
		case in.App != "" && in.App != m.App:
			return parties{}, refuse(400, "APPID_MCHID_NOT_MATCH", "appid 和 mchid 不匹配")
		}
		return parties{account: c.number, app: m.App}, nil
	}
	x, ok := s.books.Subs[in.Sub]
	switch {
	case in.Sp != c.number || in.Merchant != "":
		return parties{}, refuse(400, "PARAM_ERROR", "请求体里的 sp_mchid 和签名的商户号不一致")
	case !ok || x.Partner != c.number:
		return parties{}, refuse(403, "NO_AUTH", "特约子商户商户号未授权服务商的产品权限")
	case in.SpApp != "" && in.SpApp != m.App:
		return parties{}, refuse(400, "APPID_MCHID_NOT_MATCH", "sp_appid 和 sp_mchid 不匹配")
	case in.SubApp != "" && in.SubApp != x.App:
		return parties{}, refuse(400, "APPID_MCHID_NOT_MATCH", "sub_appid 和 sub_mchid 不匹配")
	}
	return parties{account: in.Sub, app: m.App, partner: c.number, subApp: in.SubApp}, nil
}

// key is by which an order is found: its number is one below its merchant.
func (p *parties) key(number string) string { return p.account + "/" + number }

// payerApp is the app whose openid names the payer.
func (p *parties) payerApp() string {
	if p.subApp != "" {
		return p.subApp
	}
	return p.app
}

// names are the parties as answers tell them.
func (p *parties) names(apps bool) map[string]any {
	out := map[string]any{"mchid": p.account}
	app := map[string]any{"appid": p.app}
	if p.partner != "" {
		out = map[string]any{"sp_mchid": p.partner, "sub_mchid": p.account}
		if app = (map[string]any{"sp_appid": p.app}); p.subApp != "" {
			app["sub_appid"] = p.subApp
		}
	}
	if apps {
		maps.Copy(out, app)
	}
	return out
}

// payerName is by which name answers tell who paid.
func (p *parties) payerName() string {
	switch {
	case p.partner == "":
		return "openid"
	case p.subApp != "":
		return "sub_openid"
	}
	return "sp_openid"
}

func (t *trade) parties() *parties {
	return &parties{account: t.Merchant, app: t.App, partner: t.Partner, subApp: t.SubApp}
}

// signer is who signs for the merchant of an order.
func (t *trade) signer() string {
	if t.Partner != "" {
		return t.Partner
	}
	return t.Merchant
}

// trade is a new order.
func (p *parties) trade(in *prepayJSON, kind string, now time.Time) *trade {
	return &trade{Merchant: p.account, App: p.app, Partner: p.partner, SubApp: p.subApp, Number: in.Number, Description: in.Description, Attach: in.Attach, Notify: in.Notify,
		Kind: kind, Payer: in.Payer.of(p), Code: codeOf(random(9)), Total: in.Amount.Total, State: "NOTPAY", At: now, Expires: in.Expires}
}

type payerJSON struct {
	OpenID   string `json:"openid"`
	SpOpen   string `json:"sp_openid"`
	SubOpen  string `json:"sub_openid"`
	AuthCode string `json:"auth_code"`
}

// of is who pays, by the name that fits the parties.
func (j *payerJSON) of(p *parties) string {
	switch {
	case p.partner == "":
		return j.OpenID
	case p.subApp != "":
		return j.SubOpen
	}
	return j.SpOpen
}
