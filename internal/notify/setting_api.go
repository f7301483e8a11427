package notify

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

type settingJSON struct {
	QuietFrom  int    `json:"quiet_from" minimum:"0" maximum:"1439" doc:"从几点起不发，零点起的分钟数；1200 为 20:00"`
	QuietUntil int    `json:"quiet_until" minimum:"0" maximum:"1439" doc:"到几点为止不发，零点起的分钟数；540 为 09:00"`
	DayLimit   int    `json:"day_limit" minimum:"1" maximum:"20" doc:"一人一天最多几条，账单、收款、作废和退款的通知和站内消息不算"`
	SMSFirst   string `json:"sms_first,omitempty" enum:"sms,tencent" doc:"短信先用哪家，sms 为阿里云；那家不受理再用另一家"`
	Version    int    `json:"version" minimum:"0" doc:"修改时原样带回，没有设置过为 0"`
}

type settingOut struct{ Body settingJSON }

type projectIn struct {
	Project id.ID `path:"project"`
}

func (s *Service) settingAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*settingOut, error) {
	st, err := s.Setting(ctx, s.DB.Reader(ctx), in.Project)
	return &settingOut{settingJSON(st)}, err
}

func (s *Service) putSettingAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    settingJSON
}) (*settingOut, error) {
	st, err := s.SetSetting(ctx, who, in.Project, Setting(in.Body))
	return &settingOut{settingJSON(st)}, err
}

type accountJSON struct {
	Carrier   string `json:"carrier" enum:"mail,sms,tencent" doc:"sms 为阿里云"`
	Channel   string `json:"channel" enum:"mail,sms"`
	Name      string `json:"name" doc:"邮件、阿里云短信、腾讯云短信"`
	Host      string `json:"host" doc:"邮件服务器，主机:端口；短信为空"`
	App       string `json:"app" doc:"腾讯云短信的 SDK AppID，其余为空"`
	Login     string `json:"login" doc:"邮箱账号，或短信的 AccessKey ID、SecretId"`
	HasSecret bool   `json:"has_secret" doc:"已存密码、AccessKey Secret 或 SecretKey"`
	Sender    string `json:"sender" doc:"发件地址，或短信签名"`
	Active    bool   `json:"active" doc:"启用"`
	Version   int    `json:"version" doc:"修改时原样带回，没有设置过为 0"`
}

func (s *Service) toAccount(a *Account) accountJSON {
	return accountJSON{a.Carrier, s.carriers[a.Carrier].Channel(), s.carrierName(a.Carrier), a.Host, a.App, a.Login, a.Secret != "", a.Sender, a.Active, a.Version}
}

func (s *Service) accountsAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*struct {
	Body struct {
		Items []accountJSON `json:"items" nullable:"false"`
	}
}, error) {
	out := &struct {
		Body struct {
			Items []accountJSON `json:"items" nullable:"false"`
		}
	}{}
	out.Body.Items = []accountJSON{}
	for _, key := range s.order {
		a, err := s.Account(ctx, s.DB.Reader(ctx), in.Project, key)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, s.toAccount(&a))
	}
	return out, nil
}

type accountOut struct{ Body accountJSON }

func (s *Service) putAccountAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Carrier string `path:"carrier" enum:"mail,sms,tencent"`
	Body    struct {
		Host    string `json:"host,omitempty" maxLength:"200" doc:"邮件服务器，主机:端口"`
		App     string `json:"app,omitempty" maxLength:"20" doc:"腾讯云短信的 SDK AppID"`
		Login   string `json:"login,omitempty" maxLength:"200"`
		Secret  string `json:"secret,omitempty" maxLength:"400" doc:"密码、AccessKey Secret 或 SecretKey；留空为不改，换了主机要重填"`
		Sender  string `json:"sender" maxLength:"200"`
		Active  bool   `json:"active"`
		Version int    `json:"version" minimum:"0"`
	}
}) (*accountOut, error) {
	b := &in.Body
	a, err := s.SetAccount(ctx, who, in.Project, Account{in.Carrier, b.Host, b.App, b.Login, b.Secret, b.Sender, b.Active, b.Version})
	if err != nil {
		return nil, err
	}
	return &accountOut{s.toAccount(&a)}, nil
}

func (s *Service) tryAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Carrier string `path:"carrier" enum:"mail,sms,tencent"`
	Body    struct {
		To string `json:"to" minLength:"5" maxLength:"254" doc:"发给哪个邮箱或手机号"`
	}
}) (*messageOut, error) {
	made, err := s.Try(ctx, who, in.Project, in.Carrier, in.Body.To)
	if err != nil {
		return nil, err
	}
	m, _, err := s.Message(ctx, s.DB.Reader(ctx), in.Project, made)
	return &messageOut{s.toMessage(&m, nil)}, err
}

type templateJSON struct {
	Kind     string `json:"kind" enum:"bill,before,due,after,paid,back,returned,code,alert"`
	KindName string `json:"kind_name"`
	Channel  string `json:"channel" enum:"mail,sms,inbox"`
	Subject  string `json:"subject" doc:"邮件和站内消息的标题，短信为空"`
	Body     string `json:"body" doc:"正文，占位写在花括号里"`
	Code     string `json:"code" doc:"阿里云审核通过的短信模板编号"`
	Tencent  string `json:"code_tencent" doc:"同一段文字在腾讯云审核通过的模板 ID"`
	Version  int    `json:"version" doc:"没有改过为 0"`
}

func toTemplate(t *Template) templateJSON {
	return templateJSON{t.Kind, KindName(t.Kind), t.Channel, t.Subject, t.Body, t.Code, t.CodeTencent, t.Version}
}

type placeholderJSON struct {
	Name    string   `json:"name"`
	Latin   string   `json:"latin" doc:"阿里云的模板里写 ${…}，腾讯云的按先后写 {1}、{2}"`
	Example string   `json:"example"`
	Kinds   []string `json:"kinds" nullable:"false" doc:"哪些消息里可以用"`
}

func toPlaceholder(p Placeholder) placeholderJSON {
	j := placeholderJSON{p.Name, p.Latin, p.Example, []string{}}
	for _, k := range Kinds() {
		if p.fits(k.Key) {
			j.Kinds = append(j.Kinds, k.Key)
		}
	}
	return j
}

func (s *Service) templatesAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*struct {
	Body struct {
		Items        []templateJSON    `json:"items" nullable:"false"`
		Placeholders []placeholderJSON `json:"placeholders" nullable:"false" doc:"正文里可以用的占位"`
	}
}, error) {
	out := &struct {
		Body struct {
			Items        []templateJSON    `json:"items" nullable:"false"`
			Placeholders []placeholderJSON `json:"placeholders" nullable:"false" doc:"正文里可以用的占位"`
		}
	}{}
	list, err := s.Templates(ctx, s.DB.Reader(ctx), in.Project)
	out.Body.Items, out.Body.Placeholders = []templateJSON{}, []placeholderJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, toTemplate(&list[i]))
	}
	for _, p := range Placeholders() {
		out.Body.Placeholders = append(out.Body.Placeholders, toPlaceholder(p))
	}
	return out, err
}

type templateIn struct {
	Project id.ID  `path:"project"`
	Kind    string `path:"kind" enum:"bill,before,due,after,paid,back,returned,code,alert"`
	Channel string `path:"channel" enum:"mail,sms,inbox"`
	Body    struct {
		Subject string `json:"subject,omitempty" maxLength:"100"`
		Body    string `json:"body" maxLength:"2000"`
		Code    string `json:"code,omitempty" maxLength:"40"`
		Tencent string `json:"code_tencent,omitempty" maxLength:"40"`
		Version int    `json:"version" minimum:"0"`
	}
}

func (in *templateIn) template() Template {
	return Template{in.Kind, in.Channel, in.Body.Subject, in.Body.Body, in.Body.Code, in.Body.Tencent, in.Body.Version}
}

type templateOut struct{ Body templateJSON }

func (s *Service) putTemplateAPI(ctx context.Context, who actor.Actor, in *templateIn) (*templateOut, error) {
	t, err := s.SetTemplate(ctx, who, in.Project, in.template())
	return &templateOut{toTemplate(&t)}, err
}

func (s *Service) previewAPI(_ context.Context, _ actor.Actor, in *templateIn) (*templateOut, error) {
	t, err := s.Preview(in.template())
	return &templateOut{toTemplate(&t)}, err
}
