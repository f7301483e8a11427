package invoice

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

// PartyFields are one side of an invoice; exported because the API document
// leaves unexported embedded types out.
type PartyFields struct {
	Name    string `json:"name" maxLength:"100" doc:"名称"`
	TaxNo   string `json:"tax_no,omitempty" maxLength:"24" doc:"纳税人识别号，18 位；个人没有"`
	Address string `json:"address,omitempty" maxLength:"100" doc:"地址"`
	Phone   string `json:"phone,omitempty" maxLength:"100" doc:"电话"`
	Bank    string `json:"bank,omitempty" maxLength:"100" doc:"开户行"`
	Account string `json:"account,omitempty" maxLength:"100" doc:"银行账号"`
}

type projectIn struct {
	Project id.ID `path:"project"`
}

type invoiceSellerJSON struct {
	PartyFields
	Small     bool   `json:"small" doc:"小规模纳税人"`
	Drawer    string `json:"drawer" doc:"开票人，留空为点开票的人"`
	Host      string `json:"host" doc:"开票平台的地址"`
	Key       string `json:"access_key" doc:"平台发的账号"`
	HasSecret bool   `json:"has_secret" doc:"已存密钥"`
	Active    bool   `json:"active" doc:"启用开票"`
	Version   int    `json:"version" doc:"修改时原样带回，没有设置过为 0"`
}

type invoiceSellerOut struct{ Body invoiceSellerJSON }

func toSeller(s *Seller) *invoiceSellerOut {
	return &invoiceSellerOut{invoiceSellerJSON{PartyFields: PartyFields(s.Party), Small: s.Small, Drawer: s.Drawer, Host: s.Account.Host, Key: s.Account.Key,
		HasSecret: s.Account.Secret != "", Active: s.Active, Version: s.Version}}
}

func (s *Service) apiSeller(ctx context.Context, _ actor.Actor, in *projectIn) (*invoiceSellerOut, error) {
	out, err := oneSeller(ctx, s.db.Reader(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	return toSeller(&out), nil
}

func (s *Service) apiPutSeller(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		PartyFields
		Small   bool   `json:"small" doc:"小规模纳税人"`
		Drawer  string `json:"drawer,omitempty" maxLength:"20" doc:"开票人，留空为点开票的人"`
		Host    string `json:"host" maxLength:"200" doc:"开票平台的地址，https 开头"`
		Key     string `json:"access_key" maxLength:"100" doc:"平台发的账号"`
		Secret  string `json:"secret,omitempty" maxLength:"200" doc:"平台发的密钥；留空为不改，换了地址要重填"`
		Active  bool   `json:"active" doc:"启用开票"`
		Version int    `json:"version" minimum:"0" doc:"读到的版本，没有设置过为 0"`
	}
}) (*invoiceSellerOut, error) {
	b := &in.Body
	out, err := s.SetSeller(ctx, who, in.Project, Seller{Party: Party(b.PartyFields), Small: b.Small, Drawer: b.Drawer,
		Account: Account{Host: b.Host, Key: b.Key, Secret: b.Secret}, Active: b.Active, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return toSeller(&out), nil
}

type itemRateJSON struct {
	From     clock.Date `json:"from" doc:"从这天起收的钱"`
	Rate     int        `json:"rate" doc:"税率，万分之一；0 为免税"`
	Simple   bool       `json:"simple" doc:"简易计税（征收率）"`
	RateName string     `json:"rate_name" doc:"税率，文字"`
	Code     string     `json:"code" doc:"税收分类编码，19 位"`
	Short    string     `json:"short" doc:"编码的简称"`
	Lease    bool       `json:"lease" doc:"不动产经营租赁（停车、租金），单独一张发票"`
	Fits     bool       `json:"fits" doc:"现在的纳税人类型可以用"`
}

type itemTaxJSON struct {
	Item  id.ID          `json:"item_id"`
	Name  string         `json:"name" doc:"费用项目"`
	Taxes []itemRateJSON `json:"taxes" nullable:"false" doc:"新的在前"`
}

type itemTaxesOut struct {
	Body struct {
		Items []itemTaxJSON `json:"items" nullable:"false"`
		Small bool          `json:"small" doc:"小规模纳税人"`
	}
}

func (s *Service) apiTaxes(ctx context.Context, _ actor.Actor, in *projectIn) (*itemTaxesOut, error) {
	q := s.db.Reader(ctx)
	items, err := s.tariff.Items(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	taxes, err := s.Taxes(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	seller, err := oneSeller(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	out := &itemTaxesOut{}
	out.Body.Items, out.Body.Small = []itemTaxJSON{}, seller.Small
	for _, i := range items {
		j := itemTaxJSON{Item: i.ID, Name: i.Name, Taxes: []itemRateJSON{}}
		for _, t := range taxes[i.ID] {
			j.Taxes = append(j.Taxes, itemRateJSON{t.From, t.Rate, t.Simple, RateName(t.Rate, t.Simple), t.Code, t.Short, t.Lease, t.allowed(seller.Small)})
		}
		out.Body.Items = append(out.Body.Items, j)
	}
	return out, nil
}

func (s *Service) apiPutTax(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item" doc:"费用项目编号"`
	Body    struct {
		From   clock.Date `json:"from" doc:"从这天起收的钱"`
		Rate   int        `json:"rate" minimum:"0" maximum:"10000" doc:"税率，万分之一；0 为免税"`
		Simple bool       `json:"simple" doc:"简易计税（征收率）"`
		Code   string     `json:"code" maxLength:"19" doc:"税收分类编码，19 位"`
		Short  string     `json:"short" maxLength:"40" doc:"编码的简称"`
		Lease  bool       `json:"lease" doc:"不动产经营租赁（停车、租金），单独一张发票"`
	}
}) (*struct{}, error) {
	b := &in.Body
	return nil, s.SetTax(ctx, who, in.Project, Tax{Item: in.Item, From: b.From, Rate: b.Rate, Simple: b.Simple, Code: b.Code, Short: b.Short, Lease: b.Lease})
}

type invoiceTitleJSON struct {
	PartyFields
	ID        id.ID `json:"id"`
	Company   bool  `json:"company" doc:"单位抬头"`
	Preferred bool  `json:"preferred" doc:"常用"`
	Version   int   `json:"version"`
}

func toTitle(t *Title) invoiceTitleJSON {
	return invoiceTitleJSON{PartyFields(t.Party), t.ID, t.Company, t.Preferred, t.Version}
}

type invoiceTitleOut struct{ Body invoiceTitleJSON }

type invoiceTitlesOut struct {
	Body struct {
		Items []invoiceTitleJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) apiTitles(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Payer   id.ID `query:"payer_id" required:"true" doc:"缴费人"`
}) (*invoiceTitlesOut, error) {
	if err := s.reachPayer(ctx, in.Project, in.Payer, false, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	list, err := s.Titles(ctx, s.db.Reader(ctx), in.Project, in.Payer)
	if err != nil {
		return nil, err
	}
	out := &invoiceTitlesOut{}
	out.Body.Items = []invoiceTitleJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, toTitle(&list[i]))
	}
	return out, nil
}

// TitleFields is what a title says; exported for the API document.
type TitleFields struct {
	PartyFields
	Company   bool `json:"company" doc:"单位抬头；个人只要名称"`
	Preferred bool `json:"preferred,omitempty" doc:"设为常用"`
}

func (f *TitleFields) title() Title {
	return Title{Party: Party(f.PartyFields), Company: f.Company, Preferred: f.Preferred}
}

func (s *Service) apiAddTitle(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Payer id.ID       `json:"payer_id" doc:"缴费人"`
		Title TitleFields `json:"title"`
	}
}) (*invoiceTitleOut, error) {
	if err := s.reachPayer(ctx, in.Project, in.Body.Payer, true, who.Within(PermAsk, in.Project)); err != nil {
		return nil, err
	}
	t := in.Body.Title.title()
	t.Payer = in.Body.Payer
	t, err := s.AddTitle(ctx, who, in.Project, t)
	if err != nil {
		return nil, err
	}
	return &invoiceTitleOut{toTitle(&t)}, nil
}

func (s *Service) apiEditTitle(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Title   id.ID `path:"title" doc:"抬头编号"`
	Body    struct {
		Title   TitleFields `json:"title"`
		Active  bool        `json:"active" doc:"false 为停用"`
		Version int         `json:"version"`
	}
}) (*invoiceTitleOut, error) {
	if err := s.reachTitle(ctx, in.Project, in.Title, who.Within(PermAsk, in.Project)); err != nil {
		return nil, err
	}
	t := in.Body.Title.title()
	t.ID, t.Active, t.Version = in.Title, in.Body.Active, in.Body.Version
	t, err := s.EditTitle(ctx, who, in.Project, t)
	if err != nil {
		return nil, err
	}
	return &invoiceTitleOut{toTitle(&t)}, nil
}
