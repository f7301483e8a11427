package invoice

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

type invoiceLineJSON struct {
	Item     id.ID     `json:"item_id"`
	Name     string    `json:"name" doc:"费用项目"`
	Code     string    `json:"code" doc:"税收分类编码"`
	Short    string    `json:"short" doc:"编码的简称"`
	RateName string    `json:"rate_name" doc:"税率，文字"`
	Net      money.Fen `json:"net" doc:"不含税金额，分"`
	Tax      money.Fen `json:"tax" doc:"税额，分"`
	Gross    money.Fen `json:"gross" doc:"价税合计，分"`
}

type invoiceCoverJSON struct {
	Receipt id.ID     `json:"receipt_id"`
	Number  string    `json:"receipt_number"`
	Amount  money.Fen `json:"amount" doc:"这张收据开了多少，分"`
}

type invoiceJSON struct {
	ID          id.ID              `json:"id"`
	Kind        string             `json:"kind" enum:"blue,red" doc:"blue 蓝字，red 红字（金额为负）"`
	State       string             `json:"state" enum:"asked,issuing,issued,failed,cancelled,reversed" doc:"待开票、开票中、已开票、开票失败、已撤销、已红冲"`
	StateName   string             `json:"state_name"`
	Special     bool               `json:"special" doc:"增值税专用发票，否则为普通发票"`
	Payer       id.ID              `json:"payer_id"`
	PayerName   string             `json:"payer_name" doc:"缴费人"`
	Room        id.ID              `json:"room_id"`
	RoomLabel   string             `json:"room_label"`
	Company     bool               `json:"company" doc:"单位抬头"`
	Buyer       PartyFields        `json:"buyer" doc:"抬头，申请时的"`
	Net         money.Fen          `json:"net" doc:"不含税金额，分"`
	Tax         money.Fen          `json:"tax" doc:"税额，分"`
	Gross       money.Fen          `json:"gross" doc:"价税合计，分"`
	Place       string             `json:"place" doc:"车牌号或房屋坐落"`
	Remark      string             `json:"remark"`
	Number      string             `json:"number" doc:"发票号码，20 位，开出后才有"`
	IssuedAt    *time.Time         `json:"issued_at,omitempty"`
	HasFile     bool               `json:"has_file" doc:"有版式文件"`
	Reason      string             `json:"reason" doc:"失败的原因，或在等什么"`
	Asker       string             `json:"asked_name"`
	AskedAt     time.Time          `json:"asked_at"`
	Doer        string             `json:"done_name" doc:"谁点的开票或撤销"`
	RedOf       id.ID              `json:"red_of_id" doc:"红字发票所冲的"`
	RedOfNumber string             `json:"red_of_number"`
	RedReason   string             `json:"red_reason"`
	RedBy       id.ID              `json:"red_by_id" doc:"冲它的红字发票，在办的也算"`
	RedByNumber string             `json:"red_by_number"`
	Mine        bool               `json:"mine" doc:"是我申请的"`
	Lines       []invoiceLineJSON  `json:"lines" nullable:"false"`
	Receipts    []invoiceCoverJSON `json:"receipts" nullable:"false"`
}

func toInvoice(v *Invoice, who actor.Actor) invoiceJSON {
	j := invoiceJSON{ID: v.ID, Kind: string(v.Kind), State: string(v.State), StateName: v.State.Name(), Special: v.Special, Payer: v.Payer, PayerName: v.PayerName,
		Room: v.Room, RoomLabel: v.RoomLabel, Company: v.Company, Buyer: PartyFields(v.Buyer), Net: v.Net, Tax: v.Tax, Gross: v.Gross, Place: v.Place,
		Remark: v.Remark, Number: v.Number, HasFile: v.File != 0, Reason: v.Reason, Asker: v.Asker, AskedAt: v.AskedAt.In(clock.Shanghai()), Doer: v.Doer,
		RedOf: v.RedOf, RedOfNumber: v.RedOfNumber, RedReason: v.RedReason, RedBy: v.RedBy, RedByNumber: v.RedByNumber, Mine: v.AskedBy == who.Account,
		Lines: []invoiceLineJSON{}, Receipts: []invoiceCoverJSON{}}
	if v.Number != "" {
		at := v.IssuedAt.In(clock.Shanghai())
		j.IssuedAt = &at
	}
	for _, l := range v.Lines {
		j.Lines = append(j.Lines, invoiceLineJSON{l.Item, l.Name, l.Code, l.Short, RateName(l.Rate, l.Simple), l.Net, l.Tax, l.Gross})
	}
	for _, c := range v.Covers {
		if n := len(j.Receipts); n > 0 && j.Receipts[n-1].Receipt == c.Receipt {
			j.Receipts[n-1].Amount += c.Amount
			continue
		}
		j.Receipts = append(j.Receipts, invoiceCoverJSON{c.Receipt, c.Number, c.Amount})
	}
	return j
}

type invoiceOut struct{ Body invoiceJSON }

type invoicesOut struct {
	Body struct {
		Items []invoiceJSON `json:"items" nullable:"false"`
	}
}

func toInvoices(list []Invoice, who actor.Actor) *invoicesOut {
	out := &invoicesOut{}
	out.Body.Items = []invoiceJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, toInvoice(&list[i], who))
	}
	return out
}

// InvoiceRef names an invoice in the path; exported because the API document
// leaves unexported embedded types out.
type InvoiceRef struct {
	Project id.ID `path:"project"`
	Invoice id.ID `path:"invoice" doc:"发票编号"`
}

type invoiceListIn struct {
	Project id.ID `path:"project"`
	page.Request
	State   string   `query:"state" enum:"asked,issuing,issued,failed,cancelled,reversed" doc:"不填为全部"`
	Kind    string   `query:"kind" enum:"blue,red" doc:"blue 蓝字，red 红字"`
	Receipt id.ID    `query:"receipt_id" doc:"开了这张收据的，连同它们的红字发票"`
	Room    id.ID    `query:"room_id" doc:"这间房的"`
	From    web.Date `query:"from" doc:"开票日期起，含"`
	Until   web.Date `query:"until" doc:"开票日期止，含"`
	Text    string   `query:"q" maxLength:"60" doc:"发票号码、抬头、税号、缴费人或房号的一部分"`
	Count   bool     `query:"count" doc:"true 时给出全部结果的合计"`
}

type invoiceSumsJSON struct {
	Count  int64     `json:"count" doc:"张数"`
	Issued int64     `json:"issued" doc:"其中已开出的张数"`
	Gross  money.Fen `json:"gross" doc:"已开出的价税合计，红字为负，分"`
	Tax    money.Fen `json:"tax" doc:"其中税额，分"`
}

type invoiceListOut struct {
	Body struct {
		page.List[invoiceJSON]
		Totals *invoiceSumsJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
	}
}

func (s *Service) apiList(ctx context.Context, who actor.Actor, in *invoiceListIn) (*invoiceListOut, error) {
	f := Filter{Request: in.Request, State: State(in.State), Kind: Kind(in.Kind), Receipt: in.Receipt, Room: in.Room, From: in.From.Date, Until: in.Until.Date, Text: in.Text,
		Within: who.Within(PermRead, in.Project)}
	in.Count = in.Count && f.Within.Whole()
	list, err := s.Invoices(ctx, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := &invoiceListOut{}
	out.Body.Items, out.Body.Next = toInvoices(list.Items, who).Body.Items, list.Next
	if in.Count {
		t, err := s.Sums(ctx, in.Project, f)
		if err != nil {
			return nil, err
		}
		out.Body.Totals = &invoiceSumsJSON{t.Count, t.Issued, t.Gross, t.Tax}
	}
	return out, nil
}

func (s *Service) apiOne(ctx context.Context, who actor.Actor, in *InvoiceRef) (*invoiceOut, error) {
	if err := s.reach(ctx, in.Project, in.Invoice, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	v, err := s.Invoice(ctx, in.Project, in.Invoice)
	if err != nil {
		return nil, err
	}
	return &invoiceOut{toInvoice(&v, who)}, nil
}

func (s *Service) apiAsk(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Receipts []id.ID      `json:"receipt_ids" minItems:"1" maxItems:"50" nullable:"false" doc:"同一位缴费人的收据"`
		Items    []id.ID      `json:"item_ids,omitempty" maxItems:"100" doc:"只开这些费用项目，不填为全部"`
		Title    id.ID        `json:"title_id,omitempty" doc:"用过的抬头"`
		New      *TitleFields `json:"title,omitempty" doc:"新抬头，记在缴费人名下"`
		Special  bool         `json:"special,omitempty" doc:"增值税专用发票，只给单位"`
		Place    string       `json:"place,omitempty" maxLength:"100" doc:"停车、租赁的写车牌号或房屋坐落"`
		Remark   string       `json:"remark,omitempty" maxLength:"200" doc:"备注，印在发票上"`
		Expected money.Fen    `json:"expected" minimum:"1" doc:"界面上显示的金额，分，不一致则拒绝"`
		Issue    bool         `json:"issue,omitempty" doc:"同时开出，要有开票权限"`
	}
}) (*invoicesOut, error) {
	b := &in.Body
	a := Application{Receipts: b.Receipts, Items: b.Items, Title: b.Title, Special: b.Special, Place: b.Place, Remark: b.Remark, Expected: b.Expected, Issue: b.Issue}
	if b.Issue {
		if err := who.Must(PermIssue, in.Project); err != nil {
			return nil, err
		}
	}
	if b.New != nil {
		t := b.New.title()
		a.New = &t
	}
	if err := s.reachReceipts(ctx, in.Project, b.Receipts, who.Within(PermAsk, in.Project)); err != nil {
		return nil, err
	}
	list, err := s.Ask(ctx, who, in.Project, a)
	if err != nil {
		return nil, err
	}
	return toInvoices(list, who), nil
}

func (s *Service) apiIssue(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		IDs []id.ID `json:"ids" minItems:"1" maxItems:"100" nullable:"false" doc:"发票编号"`
	}
}) (*invoicesOut, error) {
	list, err := s.Issue(ctx, who, in.Project, in.Body.IDs)
	if err != nil {
		return nil, err
	}
	return toInvoices(list, who), nil
}

func (s *Service) apiCancel(ctx context.Context, who actor.Actor, in *InvoiceRef) (*invoiceOut, error) {
	v, err := s.Cancel(ctx, who, in.Project, in.Invoice)
	if err != nil {
		return nil, err
	}
	return &invoiceOut{toInvoice(&v, who)}, nil
}

func (s *Service) apiReverse(ctx context.Context, who actor.Actor, in *struct {
	InvoiceRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
}) (*invoiceOut, error) {
	v, err := s.Reverse(ctx, who, in.Project, in.Invoice, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &invoiceOut{toInvoice(&v, who)}, nil
}

func (s *Service) apiFile(ctx context.Context, who actor.Actor, in *InvoiceRef) (*huma.StreamResponse, error) {
	if err := s.reach(ctx, in.Project, in.Invoice, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	f, b, err := s.Paper(ctx, in.Project, in.Invoice)
	if err != nil {
		return nil, err
	}
	kind := ""
	if strings.EqualFold(filepath.Ext(b.Name), ".pdf") {
		kind = "application/pdf"
	}
	return web.Send(f, web.Sent{Name: b.Name, Type: kind, Size: b.Size, Show: kind != ""}), nil
}

func (s *Service) exported() export.Offer {
	o := export.Offer{Key: "invoices", Name: "发票", Permission: PermRead, Buildings: true, Columns: []sheet.Column{
		export.Text("发票号码", 24), export.Text("开票时间", 20), export.Text("种类", 14), export.Text("状态", 10), export.Text("抬头", 28), export.Text("税号", 22),
		export.Money("不含税金额"), export.Money("税额"), export.Money("价税合计"), export.Text("项目", 24), export.Text("税率", 14), export.Text("收据", 30),
		export.Text("缴费人", 14), export.Text("房屋", 18), export.Text("申请人", 12), export.Text("开票人", 12), export.Text("所冲发票", 24), export.Text("红冲原因", 20),
		export.Text("说明", 24)}}
	o.Check, o.Rows = export.Pages(s.apiList, func(o *invoiceListOut) page.List[invoiceJSON] { return o.Body.List }, func(v *invoiceJSON) []sheet.Value {
		kind, at := "普通发票", ""
		if v.Special {
			kind = "专用发票"
		}
		if v.Kind == string(Red) {
			kind = "红字" + kind
		}
		if v.IssuedAt != nil {
			at = v.IssuedAt.Format(time.DateTime)
		}
		var names, rates, receipts []string
		for _, l := range v.Lines {
			names, rates = append(names, l.Name), append(rates, l.RateName)
		}
		for _, c := range v.Receipts {
			receipts = append(receipts, c.Number)
		}
		return []sheet.Value{sheet.Text(v.Number), sheet.Text(at), sheet.Text(kind), sheet.Text(v.StateName), sheet.Text(v.Buyer.Name), sheet.Text(v.Buyer.TaxNo),
			export.Yuan(v.Net), export.Yuan(v.Tax), export.Yuan(v.Gross), sheet.Text(strings.Join(names, "、")), sheet.Text(strings.Join(rates, "、")),
			sheet.Text(strings.Join(receipts, "、")), sheet.Text(v.PayerName), sheet.Text(v.RoomLabel), sheet.Text(v.Asker), sheet.Text(v.Doer),
			sheet.Text(v.RedOfNumber), sheet.Text(v.RedReason), sheet.Text(v.Reason)}
	})
	return o
}
