package deposit

import (
	"context"
	"net/http"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

// Routes registers deposits.
func (s *Service) Routes(w *web.Server) {
	const deposits, one = "/projects/{project}/deposits", "/projects/{project}/deposits/{deposit}"
	web.Handle(w, web.Op{ID: "deposit-list", Method: http.MethodGet, Path: deposits, Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "押金列表，新的在前"}, s.apiDeposits)
	web.Handle(w, web.Op{ID: "deposit-sums", Method: http.MethodGet, Path: "/projects/{project}/deposit-sums", Tag: "cashier",
		Permission: cashier.PermRead, Summary: "在押的押金，按种类和已押多久"}, s.apiDepositSums)
	web.Handle(w, web.Op{ID: "deposit-take", Method: http.MethodPost, Path: deposits, Tag: "cashier", Status: http.StatusCreated,
		Buildings: true, Permission: cashier.PermReceive, Summary: "收押金并开收据；押金是负债，不算收入"}, s.apiTakeDeposit)
	web.Handle(w, web.Op{ID: "deposit-one", Method: http.MethodGet, Path: one, Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "一笔押金和它的变动"}, s.apiDeposit)
	web.Handle(w, web.Op{ID: "deposit-deduct", Method: http.MethodPost, Path: one + "/deductions", Tag: "cashier",
		Buildings: true, Permission: PermChange, Summary: "从押金扣款转为收入，开扣款单；不填金额为全部没收"}, s.apiDeductDeposit)
	web.Handle(w, web.Op{ID: "deposit-move", Method: http.MethodPost, Path: one + "/move", Tag: "cashier",
		Buildings: true, Permission: PermChange, Summary: "把押金转到另一间房或另一个人名下"}, s.apiMoveDeposit)
	s.settleRoutes(w)
}

type depositEntryJSON struct {
	Kind    string    `json:"kind" enum:"taken,deducted,forfeited,refunded,moved,voided,settled,restored"`
	Name    string    `json:"name"`
	Amount  money.Fen `json:"amount" doc:"余额的变动，分"`
	Number  string    `json:"number" doc:"收据号或扣款单号"`
	Receipt id.ID     `json:"receipt_id"`
	Reason  string    `json:"reason"`
	ByName  string    `json:"by_name"`
	At      time.Time `json:"at"`
}

type depositJSON struct {
	ID         id.ID              `json:"id"`
	Kind       string             `json:"kind" enum:"renovation,keys,lease,other"`
	KindName   string             `json:"kind_name"`
	Room       id.ID              `json:"room_id"`
	RoomLabel  string             `json:"room_label"`
	PersonName string             `json:"person_name" doc:"退给谁"`
	Receipt    id.ID              `json:"receipt_id"`
	Number     string             `json:"number" doc:"收据号"`
	Taken      money.Fen          `json:"taken" doc:"收的，分"`
	Held       money.Fen          `json:"held" doc:"还押着的，分"`
	Date       clock.Date         `json:"date"`
	Days       int                `json:"days" doc:"押了几天"`
	Note       string             `json:"note"`
	Version    int                `json:"version"`
	Entries    []depositEntryJSON `json:"entries" nullable:"false" doc:"变动，只在读一笔时给出"`
}

func (s *Service) toDeposit(d *Deposit) depositJSON {
	names := map[string]string{EntryTaken: "收押金", EntryDeducted: "扣款", EntryForfeited: "没收", EntryRefunded: "退还", EntryMoved: "转移", EntryVoided: "收据作废", EntrySettled: "抵欠费", EntryRestored: "抵扣红冲"}
	j := depositJSON{ID: d.ID, Kind: string(d.Kind), KindName: d.Kind.Name(), Room: d.Room, RoomLabel: d.RoomLabel, PersonName: d.PersonName, Receipt: d.Receipt,
		Number: d.Number, Taken: d.Taken, Held: d.Held, Date: d.Date, Days: clock.DateOf(s.db.Clock().Now()).Sub(d.Date), Note: d.Note, Version: d.Version,
		Entries: []depositEntryJSON{}}
	for _, e := range d.Entries {
		j.Entries = append(j.Entries, depositEntryJSON{e.Kind, names[e.Kind], e.Amount, e.Number, e.Receipt, e.Reason, e.ByName, e.At.In(clock.Shanghai())})
	}
	return j
}

type depositOut struct{ Body depositJSON }

// Ref names a deposit in the path; exported because the API document leaves
// unexported embedded types out.
type Ref struct {
	Project id.ID `path:"project"`
	Deposit id.ID `path:"deposit" doc:"押金编号"`
}

func (s *Service) apiDeposits(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Kind string `query:"kind" enum:"renovation,keys,lease,other" doc:"不填为全部"`
	Room id.ID  `query:"room_id" doc:"这间房的"`
	Held bool   `query:"held" doc:"只看还押着的"`
	Text string `query:"q" maxLength:"60" doc:"收据号、房间或姓名的一部分"`
}) (*struct{ Body page.List[depositJSON] }, error) {
	list, err := s.Deposits(ctx, in.Project, Filter{Request: in.Request, Kind: Kind(in.Kind), Room: in.Room, Held: in.Held, Text: in.Text, Within: who.Within(cashier.PermRead, in.Project)})
	if err != nil {
		return nil, err
	}
	out := page.List[depositJSON]{Items: []depositJSON{}, Next: list.Next}
	for i := range list.Items {
		out.Items = append(out.Items, s.toDeposit(&list.Items[i]))
	}
	return &struct{ Body page.List[depositJSON] }{out}, nil
}

type depositSumJSON struct {
	Kind string      `json:"kind"`
	Name string      `json:"name"`
	N    int         `json:"count" doc:"笔数"`
	Held money.Fen   `json:"held" doc:"还押着的，分"`
	Ages []money.Fen `json:"ages" nullable:"false" doc:"90 天内、91–180 天、181–365 天、超过一年，分"`
}

func (s *Service) apiDepositSums(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*struct {
	Body struct {
		Items []depositSumJSON `json:"items" nullable:"false"`
		Held  money.Fen        `json:"held" doc:"合计，与科目 2241 相等，分"`
	}
}, error) {
	sums, err := s.Sums(ctx, in.Project)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Items []depositSumJSON `json:"items" nullable:"false"`
			Held  money.Fen        `json:"held" doc:"合计，与科目 2241 相等，分"`
		}
	}{}
	out.Body.Items = []depositSumJSON{}
	for _, x := range sums {
		out.Body.Items = append(out.Body.Items, depositSumJSON{string(x.Kind), x.Kind.Name(), x.Count, x.Held, x.Ages[:]})
		out.Body.Held += x.Held
	}
	return out, nil
}

func (s *Service) apiTakeDeposit(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Kind      string              `json:"kind" enum:"renovation,keys,lease,other" doc:"renovation 装修，keys 钥匙，lease 租赁，other 其他"`
		Room      id.ID               `json:"room_id"`
		Person    id.ID               `json:"person_id,omitempty" doc:"退给谁；不填为这间房的缴费人"`
		Pays      []cashier.PayInJSON `json:"pays" minItems:"1" maxItems:"8" nullable:"false"`
		Tendered  money.Fen           `json:"tendered,omitempty" minimum:"0" doc:"实收现金，分；不填为正好"`
		Confirmed bool                `json:"confirmed,omitempty" doc:"凭证号或流水号用过，已核对"`
		Note      string              `json:"note,omitempty" maxLength:"200" doc:"说明，如装修许可编号"`
	}
}) (*depositOut, error) {
	b := &in.Body
	t := Taking{Kind: Kind(b.Kind), Room: b.Room, Person: b.Person, Tendered: b.Tendered, Confirmed: b.Confirmed, Note: b.Note, Within: who.Within(cashier.PermReceive, in.Project)}
	for _, p := range b.Pays {
		t.Pays = append(t.Pays, p.Pay())
	}
	d, _, err := s.Take(ctx, who, in.Project, t)
	if err != nil {
		return nil, err
	}
	return &depositOut{s.toDeposit(&d)}, nil
}

func (s *Service) apiDeposit(ctx context.Context, who actor.Actor, in *Ref) (*depositOut, error) {
	if err := s.reach(ctx, s.db.Reader(ctx), in.Project, in.Deposit, who.Within(cashier.PermRead, in.Project)); err != nil {
		return nil, err
	}
	d, err := s.Deposit(ctx, in.Project, in.Deposit)
	if err != nil {
		return nil, err
	}
	return &depositOut{s.toDeposit(&d)}, nil
}

func (s *Service) apiDeductDeposit(ctx context.Context, who actor.Actor, in *struct {
	Ref
	Body struct {
		Amount  money.Fen `json:"amount,omitempty" minimum:"0" doc:"扣多少，分；不填为没收全部余额"`
		Reason  string    `json:"reason" minLength:"1" maxLength:"200"`
		Version int       `json:"version"`
	}
}) (*depositOut, error) {
	if err := s.reach(ctx, s.db.Reader(ctx), in.Project, in.Deposit, who.Within(PermChange, in.Project)); err != nil {
		return nil, err
	}
	d, err := s.Deduct(ctx, who, in.Project, in.Deposit, in.Body.Amount, in.Body.Reason, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return &depositOut{s.toDeposit(&d)}, nil
}

func (s *Service) apiMoveDeposit(ctx context.Context, who actor.Actor, in *struct {
	Ref
	Body struct {
		Room    id.ID  `json:"room_id,omitempty" doc:"转到这间房"`
		Person  id.ID  `json:"person_id,omitempty" doc:"转给这个人；只填房间时为那间房的缴费人"`
		Reason  string `json:"reason" minLength:"1" maxLength:"200"`
		Version int    `json:"version"`
	}
}) (*depositOut, error) {
	b, within := &in.Body, who.Within(PermChange, in.Project)
	err := s.reach(ctx, s.db.Reader(ctx), in.Project, in.Deposit, within)
	if err == nil {
		err = s.reachNext(ctx, s.db.Reader(ctx), in.Project, b.Room, b.Person, within)
	}
	if err != nil {
		return nil, err
	}
	d, err := s.Move(ctx, who, in.Project, in.Deposit, b.Room, b.Person, b.Reason, b.Version)
	if err != nil {
		return nil, err
	}
	return &depositOut{s.toDeposit(&d)}, nil
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "deposits", Name: "押金", Permission: cashier.PermRead, Buildings: true, Columns: []sheet.Column{export.Text("收据号", 18), export.Text("种类", 12),
		export.Text("房屋", 20), export.Text("退给谁", 14), export.Text("收取日期", 12), export.Text("天数", 8), export.Money("收取"), export.Money("在押"), export.Text("说明", 30)}}
	o.Check, o.Rows = export.Pages(s.apiDeposits, func(o *struct{ Body page.List[depositJSON] }) page.List[depositJSON] { return o.Body }, func(d *depositJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(d.Number), sheet.Text(d.KindName), sheet.Text(d.RoomLabel), sheet.Text(d.PersonName), sheet.Text(d.Date.String()),
			sheet.Int(int64(d.Days)), export.Yuan(d.Taken), export.Yuan(d.Held), sheet.Text(d.Note)}
	})
	return []export.Offer{o, s.settleOffer()}
}
