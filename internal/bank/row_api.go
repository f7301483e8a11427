package bank

import (
	"context"
	"net/http"
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

// Routes registers the operations on statements.
func (s *Service) Routes(w *web.Server) {
	const rows = "/projects/{project}/bank-rows"
	web.Handle(w, web.Op{ID: "bank-row-list", Method: http.MethodGet, Path: rows, Tag: "cashier",
		Permission: Perm, Summary: "银行流水里的收入，新的在前"}, s.apiBankRows)
	web.Handle(w, web.Op{ID: "bank-import", Method: http.MethodPost, Path: "/projects/{project}/bank-imports", Tag: "cashier",
		Permission: Perm, Summary: "导入银行流水；导入过的行不会重复"}, s.apiBankImport)
	web.Handle(w, web.Op{ID: "bank-row-receive", Method: http.MethodPost, Path: rows + "/{bank_row}/receive", Tag: "cashier",
		Permission: Perm, Summary: "确认这笔流水是哪户交的，收款开收据"}, s.apiBankReceive)
	web.Handle(w, web.Op{ID: "bank-row-aside", Method: http.MethodPost, Path: rows + "/{bank_row}/aside", Tag: "cashier",
		Permission: Perm, Summary: "登记待查并记入其他应付款—待查款项，登记为现金送存或渠道结算，或注明与收费无关"}, s.apiBankAside)
	web.Handle(w, web.Op{ID: "bank-row-return", Method: http.MethodPost, Path: rows + "/{bank_row}/return", Tag: "cashier",
		Permission: Perm, Summary: "登记这笔钱已退回付款人"}, s.apiBankReturn)
	web.Handle(w, web.Op{ID: "bank-row-reopen", Method: http.MethodPost, Path: rows + "/{bank_row}/reopen", Tag: "cashier",
		Permission: Perm, Summary: "撤回待查、送存、结算、无关或退回，重新待确认"}, s.apiBankReopen)
	web.Handle(w, web.Op{ID: "bank-suspense", Method: http.MethodGet, Path: "/projects/{project}/bank-suspense", Tag: "cashier",
		Permission: Perm, Summary: "待查的银行流水合计"}, s.apiBankSuspense)
}

type bankRowJSON struct {
	ID            id.ID      `json:"id"`
	Date          clock.Date `json:"date" doc:"入账日期"`
	Amount        money.Fen  `json:"amount" doc:"到账金额，分"`
	Payer         string     `json:"payer" doc:"对方户名"`
	Account       string     `json:"account" doc:"对方账号，只留后四位"`
	Remark        string     `json:"remark" doc:"附言和摘要"`
	Reference     string     `json:"reference" doc:"银行流水号"`
	Room          id.ID      `json:"room_id" doc:"可能是哪户；没有为 0"`
	RoomLabel     string     `json:"room_label"`
	Why           string     `json:"why" doc:"room 附言里的房号，account 这个账号交过，name 户名；空为没找到"`
	State         string     `json:"state" enum:"open,held,aside,received,returned,cash,settled" doc:"open 待确认，held 待查，aside 与收费无关，received 已收款，returned 已退回，cash 现金送存，settled 渠道结算"`
	Receipt       id.ID      `json:"receipt_id"`
	ReceiptNumber string     `json:"receipt_number"`
	Note          string     `json:"note"`
	DoneName      string     `json:"done_name"`
	DoneAt        *time.Time `json:"done_at,omitempty"`
	Booked        bool       `json:"booked" doc:"记在其他应付款—待查款项"`
}

func toBankRow(b *Row) bankRowJSON {
	account := b.Account
	if len(account) > 4 {
		account = "****" + account[len(account)-4:]
	}
	j := bankRowJSON{ID: b.ID, Date: b.Date, Amount: b.Amount, Payer: b.Payer, Account: account, Remark: b.Remark, Reference: b.Reference, Room: b.Room,
		RoomLabel: b.RoomLabel, Why: b.Why, State: string(b.State), Receipt: b.Receipt, ReceiptNumber: b.ReceiptNumber, Note: b.Note, DoneName: b.DoneName,
		Booked: b.Booked}
	if !b.DoneAt.IsZero() {
		at := b.DoneAt.In(clock.Shanghai())
		j.DoneAt = &at
	}
	return j
}

type bankRowList struct{ Body page.Totaled[bankRowJSON] }

type bankRowOut struct{ Body bankRowJSON }

func (s *Service) apiBankRows(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Row   id.ID    `query:"row_id" doc:"只要这一笔"`
	State string   `query:"state" enum:"open,held,aside,received,returned,cash,settled" doc:"不填为全部"`
	From  web.Date `query:"from" doc:"入账日期从，含"`
	Until web.Date `query:"until" doc:"入账日期到，含"`
	Text  string   `query:"q" maxLength:"60" doc:"户名、附言、流水号、房屋或收据号的一部分"`
	Count bool     `query:"count" doc:"true 时给出全部结果的合计"`
}) (*bankRowList, error) {
	f := Filter{Request: in.Request, Row: in.Row, State: State(in.State), From: in.From.Date, Until: in.Until.Date, Text: strings.TrimSpace(in.Text)}
	list, err := s.Rows(ctx, in.Project, f)
	if err != nil {
		return nil, err
	}
	out, err := page.Answer(list, toBankRow, in.Count, func() (page.Total, error) { return s.Total(ctx, in.Project, f) })
	return &bankRowList{out}, err
}

type bankImportOut struct {
	Body struct {
		Name    string `json:"name" doc:"文件名"`
		Rows    int    `json:"rows" doc:"读到的行"`
		New     int    `json:"new" doc:"新增的收入"`
		Known   int    `json:"known" doc:"以前导入过的收入"`
		Out     int    `json:"out" doc:"支出，不导入"`
		Guessed int    `json:"guessed" doc:"新增里找到房屋的"`
	}
}

func (s *Service) apiBankImport(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true" doc:"网银导出的明细，xlsx 或 csv（UTF-8、GBK），最多 5000 行"`
	}]
}) (*bankImportOut, error) {
	data := in.RawBody.Data()
	defer data.File.Close()
	got, err := s.Import(ctx, who, in.Project, data.File.Filename, data.File, data.File.Size)
	if err != nil {
		return nil, err
	}
	out := &bankImportOut{}
	b := &out.Body
	b.Name, b.Rows, b.New, b.Known, b.Out, b.Guessed = got.Name, got.Rows, got.New, got.Known, got.Out, got.Guessed
	return out, nil
}

func (s *Service) apiBankReceive(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Row     id.ID `path:"bank_row" doc:"一笔流水"`
	Body    struct {
		Room         id.ID     `json:"room_id" doc:"哪户交的；多收的存入它的预存"`
		ExpectedOwed money.Fen `json:"expected_owed" minimum:"0" doc:"界面上显示的这户欠费合计，不一致则拒绝"`
		Confirmed    bool      `json:"confirmed,omitempty" doc:"金额异常时已再次确认"`
	}
}) (*bankRowOut, error) {
	b, err := s.Receive(ctx, who, in.Project, in.Row, Taking(in.Body))
	if err != nil {
		return nil, err
	}
	return &bankRowOut{toBankRow(&b)}, nil
}

func (s *Service) apiBankAside(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Row     id.ID `path:"bank_row" doc:"一笔流水"`
	Body    struct {
		State string `json:"state" enum:"held,aside,cash,settled" doc:"held 待查，cash 现金送存，settled 渠道结算，aside 与收费无关"`
		Note  string `json:"note" minLength:"1" maxLength:"200" doc:"情况说明"`
	}
}) (*bankRowOut, error) {
	b, err := s.PutAside(ctx, who, in.Project, in.Row, State(in.Body.State), in.Body.Note)
	if err != nil {
		return nil, err
	}
	return &bankRowOut{toBankRow(&b)}, nil
}

func (s *Service) apiBankReturn(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Row     id.ID `path:"bank_row" doc:"一笔流水"`
	Body    struct {
		On   clock.Date `json:"on" doc:"退回的日期，入账日期到今天"`
		Note string     `json:"note" minLength:"1" maxLength:"200" doc:"怎么退的，如 网银退回原账号，回单 12345"`
	}
}) (*bankRowOut, error) {
	b, err := s.Return(ctx, who, in.Project, in.Row, in.Body.On, in.Body.Note)
	if err != nil {
		return nil, err
	}
	return &bankRowOut{toBankRow(&b)}, nil
}

func (s *Service) apiBankReopen(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Row     id.ID `path:"bank_row" doc:"一笔流水"`
}) (*bankRowOut, error) {
	b, err := s.Reopen(ctx, who, in.Project, in.Row)
	if err != nil {
		return nil, err
	}
	return &bankRowOut{toBankRow(&b)}, nil
}

type bankSuspenseOut struct {
	Body struct {
		Rows   int64      `json:"rows" doc:"待查的笔数"`
		Amount money.Fen  `json:"amount" doc:"待查的金额，记在其他应付款—待查款项，分"`
		Since  clock.Date `json:"since,omitempty" doc:"最早一笔的入账日期，没有为空"`
	}
}

func (s *Service) apiBankSuspense(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*bankSuspenseOut, error) {
	sum, err := s.Suspended(ctx, in.Project)
	if err != nil {
		return nil, err
	}
	out := &bankSuspenseOut{}
	out.Body.Rows, out.Body.Amount, out.Body.Since = sum.Rows, sum.Amount, sum.Since
	return out, nil
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "bank-rows", Name: "银行流水", Permission: Perm, Columns: []sheet.Column{export.Text("入账日期", 12), export.Money("金额"), export.Text("对方户名", 20),
		export.Text("对方账号", 14), export.Text("附言", 30), export.Text("流水号", 24), export.Text("房屋", 20), export.Text("状态", 12), export.Text("收据号", 18),
		export.Text("情况", 30), export.Text("处理人", 12)}}
	words := map[string]string{"open": "待确认", "held": "待查", "aside": "与收费无关", "received": "已收款", "returned": "已退回", "cash": "现金送存", "settled": "渠道结算"}
	o.Check, o.Rows = export.Pages(s.apiBankRows, func(o *bankRowList) page.List[bankRowJSON] { return o.Body.List }, func(b *bankRowJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(b.Date.String()), export.Yuan(b.Amount), sheet.Text(b.Payer), sheet.Text(b.Account), sheet.Text(b.Remark), sheet.Text(b.Reference),
			sheet.Text(b.RoomLabel), sheet.Text(words[b.State]), sheet.Text(b.ReceiptNumber), sheet.Text(b.Note), sheet.Text(b.DoneName)}
	})
	return []export.Offer{o}
}
