package payment

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

type merchantJSON struct {
	Channel        string `json:"channel" enum:"wechat,alipay" doc:"收款渠道：wechat 微信支付，alipay 支付宝"`
	Name           string `json:"name" doc:"渠道名称"`
	Number         string `json:"number" doc:"商户号；支付宝为收款方 PID"`
	App            string `json:"app" doc:"公众账号 AppID；支付宝为应用 APPID"`
	Serial         string `json:"serial" doc:"商户 API 证书序列号"`
	PlatformSerial string `json:"platform_serial" doc:"微信支付公钥 ID"`
	PlatformKey    string `json:"platform_key" doc:"微信支付公钥或支付宝公钥"`
	HasPrivateKey  bool   `json:"has_private_key" doc:"已存商户 API 私钥或应用私钥"`
	HasAPIKey      bool   `json:"has_api_key" doc:"已存 APIv3 密钥"`
	Callback       string `json:"callback" doc:"结果通知的地址，由本系统随订单告知渠道"`
	Active         bool   `json:"active" doc:"启用"`
	Version        int    `json:"version" doc:"修改时原样带回，没有设置过为 0"`
}

func (s *Service) merchantJSON(c Channel, m *Merchant) merchantJSON {
	j := merchantJSON{Channel: c.Key(), Name: c.Name(), Number: m.Number, App: m.App, Serial: m.Serial, PlatformSerial: m.PlatformSerial,
		PlatformKey: m.PlatformKey, HasPrivateKey: m.PrivateKey != "", HasAPIKey: m.APIKey != "", Active: m.Active, Version: m.Version}
	if m.Version > 0 {
		j.Callback = s.callbackAddress(m)
	}
	return j
}

type merchantsOut struct {
	Body struct {
		Items []merchantJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) apiMerchants(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*merchantsOut, error) {
	out := &merchantsOut{}
	out.Body.Items = []merchantJSON{}
	for _, c := range s.Channels() {
		m, err := s.Merchant(ctx, s.db.Reader(ctx), in.Project, c.Key())
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, s.merchantJSON(c, &m))
	}
	return out, nil
}

func (s *Service) apiPutWechat(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Number         string `json:"number" maxLength:"32" doc:"商户号，10 位数字"`
		App            string `json:"app" maxLength:"32" doc:"公众账号 AppID"`
		Serial         string `json:"serial" maxLength:"64" doc:"商户 API 证书序列号，40 位十六进制"`
		PlatformSerial string `json:"platform_serial" maxLength:"64" doc:"微信支付公钥 ID，PUB_KEY_ID_ 开头"`
		PlatformKey    string `json:"platform_key" maxLength:"4000" doc:"微信支付公钥，PEM"`
		PrivateKey     string `json:"private_key,omitempty" maxLength:"8000" doc:"商户 API 私钥，PEM；留空为不改"`
		APIKey         string `json:"api_key,omitempty" maxLength:"64" doc:"APIv3 密钥，32 个字符；留空为不改"`
		Active         bool   `json:"active" doc:"启用"`
		Version        int    `json:"version" minimum:"0" doc:"读到的版本，没有设置过为 0"`
	}
}) (*struct{ Body merchantJSON }, error) {
	b := &in.Body
	m, err := s.SetMerchant(ctx, who, in.Project, Merchant{Channel: "wechat", Number: b.Number, App: b.App, Serial: b.Serial,
		PlatformSerial: b.PlatformSerial, PlatformKey: b.PlatformKey, PrivateKey: b.PrivateKey, APIKey: b.APIKey, Active: b.Active, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return &struct{ Body merchantJSON }{s.merchantJSON(s.channels["wechat"], &m)}, nil
}

func (s *Service) apiPutAlipay(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Number      string `json:"number" maxLength:"32" doc:"收款方 PID，2088 开头的 16 位数字"`
		App         string `json:"app" maxLength:"32" doc:"应用 APPID，16 位数字"`
		PlatformKey string `json:"platform_key" maxLength:"4000" doc:"支付宝公钥，PEM 或只有 Base64"`
		PrivateKey  string `json:"private_key,omitempty" maxLength:"8000" doc:"应用私钥，PEM 或只有 Base64；留空为不改"`
		Active      bool   `json:"active" doc:"启用"`
		Version     int    `json:"version" minimum:"0" doc:"读到的版本，没有设置过为 0"`
	}
}) (*struct{ Body merchantJSON }, error) {
	b := &in.Body
	m, err := s.SetMerchant(ctx, who, in.Project, Merchant{Channel: "alipay", Number: b.Number, App: b.App, PlatformKey: b.PlatformKey, PrivateKey: b.PrivateKey,
		Active: b.Active, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return &struct{ Body merchantJSON }{s.merchantJSON(s.channels["alipay"], &m)}, nil
}
