package payment

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

type merchantJSON struct {
	ID             id.ID    `json:"id" doc:"0 为还没有设置"`
	Channel        string   `json:"channel" enum:"wechat,alipay" doc:"收款渠道：wechat 微信支付，alipay 支付宝"`
	ChannelName    string   `json:"channel_name" doc:"渠道名称"`
	Name           string   `json:"name" doc:"商户名称，收银台和缴费页上看得到"`
	Default        bool     `json:"default" doc:"默认商户：收没有指定商户的费用和预存"`
	Mode           string   `json:"mode" enum:"public_key,certificate" doc:"验签方式：public_key 微信支付公钥，certificate 平台证书"`
	Number         string   `json:"number" doc:"商户号；支付宝为收款方 PID；服务商模式为服务商的商户号"`
	SubNumber      string   `json:"sub_number" doc:"特约商户号，不为空即服务商模式"`
	App            string   `json:"app" doc:"公众账号 AppID；支付宝为应用 APPID"`
	SubApp         string   `json:"sub_app" doc:"特约商户的公众账号 AppID"`
	Serial         string   `json:"serial" doc:"商户 API 证书序列号"`
	PlatformSerial string   `json:"platform_serial" doc:"微信支付公钥 ID"`
	PlatformKey    string   `json:"platform_key" doc:"微信支付公钥或支付宝公钥"`
	HasPrivateKey  bool     `json:"has_private_key" doc:"已存商户 API 私钥或应用私钥"`
	HasAPIKey      bool     `json:"has_api_key" doc:"已存 APIv3 密钥"`
	HasAppSecret   bool     `json:"has_app_secret" doc:"已存公众账号 AppSecret"`
	Rate           int64    `json:"rate" doc:"和渠道约定的手续费率，百万分之一（0.60% 为 6000），0 为不核对"`
	Products       []string `json:"products" enum:"code,scan,phone,desk,inside" nullable:"false" doc:"已开通的产品：code 收款码，scan 付款码，phone 手机浏览器，desk 电脑浏览器，inside 微信里"`
	Items          []id.ID  `json:"item_ids" nullable:"false" doc:"指定由它收款的费用项目"`
	Callback       string   `json:"callback" doc:"结果通知的地址，由本系统随订单告知渠道"`
	Active         bool     `json:"active" doc:"启用"`
	Version        int      `json:"version" doc:"修改时原样带回，没有设置过为 0"`
}

func (s *Service) merchantJSON(m *Merchant, items []id.ID) merchantJSON {
	c := s.channels[m.Channel]
	j := merchantJSON{ID: m.ID, Channel: c.Key(), ChannelName: c.Name(), Name: m.Name, Default: m.Default, Mode: string(m.Mode), Number: m.Number, SubNumber: m.SubNumber,
		App: m.App, SubApp: m.SubApp, Serial: m.Serial, PlatformSerial: m.PlatformSerial, PlatformKey: m.PlatformKey, HasPrivateKey: m.PrivateKey != "",
		HasAPIKey: m.APIKey != "", HasAppSecret: m.AppSecret != "", Rate: m.Rate, Products: (m.Products & Offered(c)).Words(),
		Items: append([]id.ID{}, items...), Active: m.Active, Version: m.Version}
	if m.Version > 0 {
		j.Callback = s.callbackAddress(m)
	} else {
		j.Default, j.Mode = true, string(ModePublicKey)
	}
	return j
}

type merchantsOut struct {
	Body struct {
		Items []merchantJSON `json:"items" nullable:"false" doc:"每个渠道默认商户在前；没有设置过的渠道也有一行"`
	}
}

func (s *Service) apiMerchants(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*merchantsOut, error) {
	q := s.db.Reader(ctx)
	out := &merchantsOut{}
	out.Body.Items = []merchantJSON{}
	list, err := allMerchants(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	for _, c := range s.Channels() {
		items, err := s.MerchantItems(ctx, q, in.Project, c.Key())
		if err != nil {
			return nil, err
		}
		before := len(out.Body.Items)
		for i := range list {
			m := &list[i]
			if m.Channel != c.Key() {
				continue
			}
			if err := s.unseal(in.Project, m); err != nil {
				return nil, err
			}
			out.Body.Items = append(out.Body.Items, s.merchantJSON(m, items[m.ID]))
		}
		if len(out.Body.Items) == before {
			out.Body.Items = append(out.Body.Items, s.merchantJSON(&Merchant{Channel: c.Key()}, nil))
		}
	}
	return out, nil
}

// merchantOf is the answer to a change.
func (s *Service) merchantOf(ctx context.Context, project id.ID, m *Merchant, err error) (*struct{ Body merchantJSON }, error) {
	if err != nil {
		return nil, err
	}
	items, err := s.MerchantItems(ctx, s.db.Reader(ctx), project, m.Channel)
	if err != nil {
		return nil, err
	}
	return &struct{ Body merchantJSON }{s.merchantJSON(m, items[m.ID])}, nil
}

// ProductsInput is what of the channel a merchant has opened.
type ProductsInput struct {
	Products []string `json:"products,omitempty" minItems:"1" enum:"code,scan,phone,desk,inside" doc:"已开通的产品：code 收款码（Native、当面付），scan 付款码，phone 手机浏览器（H5、手机网站支付），desk 电脑浏览器（电脑网站支付），inside 微信里（JSAPI）；不填为不改，新设为渠道的全部"`
}

// WechatInput is what is said about a merchant of WeChat Pay.
type WechatInput struct {
	Name           string `json:"name,omitempty" maxLength:"20" doc:"商户名称，如物业费商户"`
	Mode           string `json:"mode,omitempty" enum:"public_key,certificate" doc:"验签方式，不填为 public_key 微信支付公钥"`
	Number         string `json:"number" maxLength:"32" doc:"商户号，10 位数字；服务商模式为服务商的商户号"`
	SubNumber      string `json:"sub_number,omitempty" maxLength:"32" doc:"特约商户号，填了即服务商模式"`
	App            string `json:"app" maxLength:"32" doc:"公众账号 AppID"`
	SubApp         string `json:"sub_app,omitempty" maxLength:"32" doc:"特约商户的公众账号 AppID"`
	Serial         string `json:"serial" maxLength:"64" doc:"商户 API 证书序列号，40 位十六进制"`
	PlatformSerial string `json:"platform_serial" maxLength:"64" doc:"微信支付公钥 ID，PUB_KEY_ID_ 开头；平台证书方式留空"`
	PlatformKey    string `json:"platform_key" maxLength:"4000" doc:"微信支付公钥，PEM；平台证书方式留空"`
	PrivateKey     string `json:"private_key,omitempty" maxLength:"8000" doc:"商户 API 私钥，PEM；留空为不改"`
	APIKey         string `json:"api_key,omitempty" maxLength:"64" doc:"APIv3 密钥，32 个字符；留空为不改"`
	AppSecret      string `json:"app_secret,omitempty" maxLength:"64" doc:"公众账号 AppSecret，在微信里付款要用；留空为不改"`
	ProductsInput
	Rate   int64 `json:"rate,omitempty" minimum:"0" maximum:"100000" doc:"约定的手续费率，百万分之一（0.60% 为 6000），0 为不核对"`
	Active bool  `json:"active" doc:"启用"`
}

func (b *WechatInput) merchant() Merchant {
	return Merchant{Channel: "wechat", Name: b.Name, Mode: MerchantMode(b.Mode), Number: b.Number, SubNumber: b.SubNumber, App: b.App, SubApp: b.SubApp, Serial: b.Serial,
		PlatformSerial: b.PlatformSerial, PlatformKey: b.PlatformKey, PrivateKey: b.PrivateKey, APIKey: b.APIKey, AppSecret: b.AppSecret, Rate: b.Rate, Products: productsOf(b.Products), Active: b.Active}
}

// AlipayInput is what is said about a merchant of Alipay.
type AlipayInput struct {
	Name        string `json:"name,omitempty" maxLength:"20" doc:"商户名称，如物业费商户"`
	Number      string `json:"number" maxLength:"32" doc:"收款方 PID，2088 开头的 16 位数字"`
	App         string `json:"app" maxLength:"32" doc:"应用 APPID，16 位数字"`
	PlatformKey string `json:"platform_key" maxLength:"4000" doc:"支付宝公钥，PEM 或只有 Base64"`
	PrivateKey  string `json:"private_key,omitempty" maxLength:"8000" doc:"应用私钥，PEM 或只有 Base64；留空为不改"`
	ProductsInput
	Rate   int64 `json:"rate,omitempty" minimum:"0" maximum:"100000" doc:"约定的手续费率，百万分之一（0.60% 为 6000），0 为不核对"`
	Active bool  `json:"active" doc:"启用"`
}

func (b *AlipayInput) merchant() Merchant {
	return Merchant{Channel: "alipay", Name: b.Name, Number: b.Number, App: b.App, PlatformKey: b.PlatformKey, PrivateKey: b.PrivateKey, Rate: b.Rate, Products: productsOf(b.Products), Active: b.Active}
}

// ChangeOf tells which merchant a change is about.
type ChangeOf struct {
	Merchant id.ID `json:"id,omitempty" doc:"哪个商户；不填为渠道的默认商户，没有则新设"`
	Version  int   `json:"version" minimum:"0" doc:"读到的版本，没有设置过为 0"`
}

type merchantOut = struct{ Body merchantJSON }

func (s *Service) apiPutWechat(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		WechatInput
		ChangeOf
	}
}) (*merchantOut, error) {
	m := in.Body.merchant()
	m.ID, m.Version = in.Body.Merchant, in.Body.Version
	m, err := s.SetMerchant(ctx, who, in.Project, m)
	return s.merchantOf(ctx, in.Project, &m, err)
}

func (s *Service) apiAddWechat(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    WechatInput
}) (*merchantOut, error) {
	m, err := s.AddMerchant(ctx, who, in.Project, in.Body.merchant())
	return s.merchantOf(ctx, in.Project, &m, err)
}

func (s *Service) apiPutAlipay(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		AlipayInput
		ChangeOf
	}
}) (*merchantOut, error) {
	m := in.Body.merchant()
	m.ID, m.Version = in.Body.Merchant, in.Body.Version
	m, err := s.SetMerchant(ctx, who, in.Project, m)
	return s.merchantOf(ctx, in.Project, &m, err)
}

func (s *Service) apiAddAlipay(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    AlipayInput
}) (*merchantOut, error) {
	m, err := s.AddMerchant(ctx, who, in.Project, in.Body.merchant())
	return s.merchantOf(ctx, in.Project, &m, err)
}

type merchantRef struct {
	Project  id.ID `path:"project"`
	Merchant id.ID `path:"merchant" doc:"商户编号"`
}

func (s *Service) apiPutItems(ctx context.Context, who actor.Actor, in *struct {
	Project  id.ID `path:"project"`
	Merchant id.ID `path:"merchant" doc:"商户编号"`
	Body     struct {
		Items []id.ID `json:"item_ids" maxItems:"500" nullable:"false" doc:"费用项目；空为不指定"`
	}
}) (*merchantOut, error) {
	if err := s.BindItems(ctx, who, in.Project, in.Merchant, in.Body.Items); err != nil {
		return nil, err
	}
	m, err := s.MerchantByID(ctx, s.db.Reader(ctx), in.Project, in.Merchant)
	return s.merchantOf(ctx, in.Project, &m, err)
}

func (s *Service) apiMakeDefault(ctx context.Context, who actor.Actor, in *merchantRef) (*merchantOut, error) {
	m, err := s.MakeDefault(ctx, who, in.Project, in.Merchant)
	return s.merchantOf(ctx, in.Project, &m, err)
}
