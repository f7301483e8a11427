package expense

import (
	"context"
	"strconv"
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
	"linli/internal/ledger"
)

type docJSON struct {
	ID           id.ID          `json:"id"`
	Category     id.ID          `json:"category_id"`
	CategoryName string         `json:"category_name"`
	Book         string         `json:"book" enum:"company,public" doc:"company 公司，public 公共收益（属于业主）"`
	Direction    string         `json:"direction" enum:"out,in" doc:"out 支出，in 收入（只有公共收益）"`
	Account      ledger.Account `json:"account" doc:"记入的科目"`
	AccountName  string         `json:"account_name"`
	Supplier     string         `json:"supplier" doc:"收款单位，公共收益收入为付款单位"`
	Amount       money.Fen      `json:"amount" doc:"分"`
	Date         clock.Date     `json:"date" doc:"发生日期"`
	Note         string         `json:"note"`
	PaidFrom     string         `json:"paid_from" enum:"cash,bank"`
	HasFile      bool           `json:"has_file"`
	FileName     string         `json:"file_name"`
	State        string         `json:"state" enum:"asked,approved,refused,withdrawn,voided" doc:"待批、已记账、已退回、已撤回、已红冲"`
	Number       string         `json:"number" doc:"支出单号，批准后才有"`
	PostedOn     clock.Date     `json:"posted_on" doc:"记账日期；发生的月份已月结的记在批准当天"`
	AskedName    string         `json:"asked_name"`
	AskedAt      time.Time      `json:"asked_at"`
	DecidedName  string         `json:"decided_name"`
	DecidedAt    *time.Time     `json:"decided_at,omitempty"`
	Answer       string         `json:"answer" doc:"审批意见"`
	VoidNumber   string         `json:"void_number" doc:"红冲单号"`
	VoidOn       clock.Date     `json:"void_on"`
	VoidName     string         `json:"void_name"`
	VoidReason   string         `json:"void_reason"`
	Mine         bool           `json:"mine" doc:"是我录的，不能自己批"`
	Version      int            `json:"version"`
}

func toDoc(d *Doc, who actor.Actor) docJSON {
	j := docJSON{ID: d.ID, Category: d.Category, CategoryName: d.CategoryName, Book: string(d.Book), Direction: string(d.Direction), Account: d.Account,
		AccountName: d.Account.Name(), Supplier: d.Supplier, Amount: d.Amount, Date: d.Date, Note: d.Note, PaidFrom: "bank", HasFile: d.File != 0,
		FileName: d.FileName, State: string(d.State), Number: d.Number, PostedOn: d.PostedOn, AskedName: d.Asker, AskedAt: d.AskedAt.In(clock.Shanghai()),
		DecidedName: d.Decider, Answer: d.Answer, VoidNumber: d.VoidNumber, VoidOn: d.VoidOn, VoidName: d.VoidName, VoidReason: d.VoidReason,
		Mine: d.AskedBy == who.Account, Version: d.Version}
	if d.PaidFrom == ledger.Cash {
		j.PaidFrom = "cash"
	}
	if d.DecidedAt.UnixMicro() != 0 {
		at := d.DecidedAt.In(clock.Shanghai())
		j.DecidedAt = &at
	}
	return j
}

type docOut struct{ Body docJSON }

// DocRef names a document in the path; exported because the API document
// leaves unexported embedded types out.
type DocRef struct {
	Project id.ID `path:"project"`
	Doc     id.ID `path:"expense" doc:"支出单编号"`
}

type listIn struct {
	Project id.ID `path:"project"`
	page.Request
	State     string   `query:"state" enum:"asked,approved,refused,withdrawn,voided" doc:"不填为全部"`
	Category  id.ID    `query:"category_id"`
	Book      string   `query:"book" enum:"company,public" doc:"company 公司，public 公共收益"`
	Direction string   `query:"direction" enum:"out,in" doc:"out 支出，in 收入"`
	PaidFrom  string   `query:"paid_from" enum:"cash,bank"`
	From      web.Date `query:"from" doc:"发生日期起，含"`
	Until     web.Date `query:"until" doc:"发生日期止，含"`
	BookFrom  web.Date `query:"book_from" doc:"这天起记账或红冲的，含"`
	BookUntil web.Date `query:"book_until" doc:"到这天记账或红冲的，含"`
	Text      string   `query:"q" maxLength:"60" doc:"单号、收款单位或说明的一部分"`
	Count     bool     `query:"count" doc:"true 时给出全部结果的合计"`
}

func (in *listIn) filter() Filter {
	return Filter{Request: in.Request, State: State(in.State), Category: in.Category, Book: Book(in.Book), Direction: Direction(in.Direction),
		PaidFrom: paidFrom(in.PaidFrom), From: in.From.Date, Until: in.Until.Date, BookFrom: in.BookFrom.Date, BookUntil: in.BookUntil.Date, Text: in.Text}
}

func paidFrom(word string) ledger.Account {
	return map[string]ledger.Account{"cash": ledger.Cash, "bank": ledger.Bank}[word]
}

type sumsJSON struct {
	Count  int64     `json:"count" doc:"张数"`
	Amount money.Fen `json:"amount" doc:"金额合计，分"`
	Booked money.Fen `json:"booked" doc:"记账净额：批准记账减红冲，按记账日期筛选时只算这段时间，分"`
}

type listOut struct {
	Body struct {
		page.List[docJSON]
		Totals *sumsJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
	}
}

func (s *Service) apiList(ctx context.Context, who actor.Actor, in *listIn) (*listOut, error) {
	f := in.filter()
	list, err := s.List(ctx, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := &listOut{}
	out.Body.Items, out.Body.Next = []docJSON{}, list.Next
	for i := range list.Items {
		out.Body.Items = append(out.Body.Items, toDoc(&list.Items[i], who))
	}
	if in.Count {
		t, err := s.Sums(ctx, in.Project, f)
		if err != nil {
			return nil, err
		}
		out.Body.Totals = &sumsJSON{t.Count, t.Amount, t.Booked}
	}
	return out, nil
}

func (s *Service) apiOne(ctx context.Context, who actor.Actor, in *DocRef) (*docOut, error) {
	d, err := s.Doc(ctx, in.Project, in.Doc)
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

func (s *Service) apiEnter(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Category id.ID      `json:"category_id"`
		Supplier string     `json:"supplier,omitempty" maxLength:"60" doc:"收款单位"`
		Amount   money.Fen  `json:"amount" minimum:"1" doc:"分"`
		Date     clock.Date `json:"date" doc:"发生日期，不晚于今天"`
		Note     string     `json:"note,omitempty" maxLength:"200" doc:"说明"`
		PaidFrom string     `json:"paid_from" enum:"cash,bank" doc:"cash 现金，bank 银行"`
		File     id.ID      `json:"file_id,omitempty" doc:"附件"`
	}
}) (*docOut, error) {
	b := &in.Body
	d, err := s.Enter(ctx, who, in.Project, Entry{Category: b.Category, Supplier: b.Supplier, Amount: b.Amount, Date: b.Date, Note: b.Note,
		PaidFrom: paidFrom(b.PaidFrom), File: b.File})
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

func (s *Service) apiDecide(ctx context.Context, who actor.Actor, in *struct {
	DocRef
	Body struct {
		Approve bool   `json:"approve" doc:"true 批准并记账，false 退回"`
		Note    string `json:"note,omitempty" maxLength:"200" doc:"退回时必填"`
		Version int    `json:"version"`
	}
}) (*docOut, error) {
	d, err := s.Decide(ctx, who, in.Project, in.Doc, in.Body.Approve, in.Body.Note, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

func (s *Service) apiWithdraw(ctx context.Context, who actor.Actor, in *struct {
	DocRef
	Body struct {
		Version int `json:"version"`
	}
}) (*docOut, error) {
	d, err := s.Withdraw(ctx, who, in.Project, in.Doc, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

func (s *Service) apiVoid(ctx context.Context, who actor.Actor, in *struct {
	DocRef
	Body struct {
		Reason  string `json:"reason" minLength:"1" maxLength:"200"`
		Version int    `json:"version"`
	}
}) (*docOut, error) {
	d, err := s.Void(ctx, who, in.Project, in.Doc, in.Body.Reason, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

type attachIn struct {
	Project id.ID `path:"project"`
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true" doc:"图片、PDF、OFD 或表格，最大 20 MB"`
	}]
}

type attachOut struct {
	Body struct {
		File id.ID  `json:"file_id"`
		Name string `json:"name"`
		Size int64  `json:"size" doc:"字节"`
	}
}

func (s *Service) apiAttach(ctx context.Context, who actor.Actor, in *attachIn) (*attachOut, error) {
	f := in.RawBody.Data().File
	defer f.Close()
	b, err := s.Attach(ctx, who, in.Project, f.Filename, f)
	if err != nil {
		return nil, err
	}
	out := &attachOut{}
	out.Body.File, out.Body.Name, out.Body.Size = b.ID, b.Name, b.Size
	return out, nil
}

func (s *Service) apiFile(ctx context.Context, _ actor.Actor, in *DocRef) (*huma.StreamResponse, error) {
	f, b, err := s.Attachment(ctx, in.Project, in.Doc)
	if err != nil {
		return nil, err
	}
	return web.Send(f, web.Sent{Name: b.Name, Size: b.Size}), nil
}

func (s *Service) offer() export.Offer {
	o := export.Offer{Key: "expenses", Name: "支出", Permission: PermRead, Columns: []sheet.Column{
		export.Text("单号", 18), export.Text("发生日期", 12), export.Text("记账日期", 12), export.Text("类别", 16), export.Text("收支", 8), export.Text("归属", 10),
		export.Text("科目", 24), export.Text("收款单位", 24), export.Money("金额"), export.Text("付款", 8), export.Text("说明", 30), export.Text("附件", 20),
		export.Text("状态", 10), export.Text("录入人", 12), export.Text("审批人", 12), export.Text("审批意见", 20), export.Text("红冲单号", 18),
		export.Text("红冲日期", 12), export.Text("红冲原因", 24)}}
	states := map[string]string{"asked": "待批", "approved": "已记账", "refused": "已退回", "withdrawn": "已撤回", "voided": "已红冲"}
	words := map[string]string{"out": "支出", "in": "收入", "company": "公司", "public": "公共收益", "cash": "现金", "bank": "银行"}
	o.Check, o.Rows = export.Pages(s.apiList, func(o *listOut) page.List[docJSON] { return o.Body.List }, func(d *docJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(d.Number), sheet.Text(d.Date.String()), sheet.Text(d.PostedOn.String()), sheet.Text(d.CategoryName),
			sheet.Text(words[d.Direction]), sheet.Text(words[d.Book]), sheet.Text(strconv.Itoa(int(d.Account)) + " " + d.AccountName), sheet.Text(d.Supplier),
			export.Yuan(d.Amount), sheet.Text(words[d.PaidFrom]), sheet.Text(d.Note), sheet.Text(d.FileName), sheet.Text(states[d.State]),
			sheet.Text(d.AskedName), sheet.Text(d.DecidedName), sheet.Text(d.Answer), sheet.Text(d.VoidNumber), sheet.Text(d.VoidOn.String()), sheet.Text(d.VoidReason)}
	})
	return o
}
