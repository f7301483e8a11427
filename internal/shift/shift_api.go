package shift

import (
	"context"
	"net/http"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

// Routes registers the operations of shifts.
func (s *Service) Routes(w *web.Server) {
	const shifts, one = "/projects/{project}/shifts", "/projects/{project}/shifts/{shift}"
	web.Handle(w, web.Op{ID: "shift-mine", Method: http.MethodGet, Path: "/projects/{project}/my-shift", Tag: "cashier",
		Buildings: true, Permission: cashier.PermReceive, Summary: "我的班；点款以前不给出应有的现金"}, s.apiMyShift)
	web.Handle(w, web.Op{ID: "shift-open", Method: http.MethodPost, Path: shifts, Tag: "cashier", Status: http.StatusCreated,
		Buildings: true, Permission: cashier.PermReceive, Summary: "开班，填备用金；不开班时第一张收据自动开班"}, s.apiOpenShift)
	web.Handle(w, web.Op{ID: "shift-list", Method: http.MethodGet, Path: shifts, Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "班次列表，新的在前；别人未交的班，有“收款统计”权限才看得到金额"}, s.apiShifts)
	web.Handle(w, web.Op{ID: "shift-one", Method: http.MethodGet, Path: one, Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "一班的收款"}, s.apiShift)
	web.Handle(w, web.Op{ID: "shift-count", Method: http.MethodPost, Path: one + "/counts", Tag: "cashier",
		Buildings: true, Permission: cashier.PermReceive, Summary: "点款：先报点出的现金，再看应有多少；每次都留下"}, s.apiCount)
	web.Handle(w, web.Op{ID: "shift-close", Method: http.MethodPost, Path: one + "/close", Tag: "cashier",
		Buildings: true, Permission: cashier.PermReceive, Summary: "交班日结，之后不能再改"}, s.apiClose)
	web.Handle(w, web.Op{ID: "shift-print", Method: http.MethodGet, Path: one + "/print", Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "打印交班单（A4），交班以后"}, s.apiPrintShift)
}

type noteJSON struct {
	Value money.Fen `json:"value" doc:"面额，分：10000、5000、2000、1000、500、100、50、10"`
	N     int       `json:"n" minimum:"0" maximum:"100000" doc:"张数"`
}

type countJSON struct {
	No         int        `json:"no" doc:"第几次点款"`
	Counted    money.Fen  `json:"counted" doc:"点出的现金，分"`
	Expected   money.Fen  `json:"expected" doc:"当时应有的现金，分"`
	Difference money.Fen  `json:"difference" doc:"长款为正，短款为负，分"`
	Notes      []noteJSON `json:"notes" nullable:"false"`
	ByName     string     `json:"by_name" doc:"谁点的"`
	At         time.Time  `json:"at"`
}

type shiftSumJSON struct {
	Method   string    `json:"method" doc:"收款方式；prepay 是预存抵扣，不是收进来的钱"`
	Name     string    `json:"name" doc:"收款方式的名称"`
	Receipts int       `json:"receipts" doc:"笔数，含作废的和退款"`
	Amount   money.Fen `json:"amount" doc:"金额，含作废的，已减去退款，分"`
	Takings  int       `json:"takings" doc:"收款笔数，含作废的"`
	Taken    money.Fen `json:"taken" doc:"收款金额，含作废的，分"`
	Refunds  int       `json:"refunds" doc:"退款笔数，即红字收据"`
	Refunded money.Fen `json:"refunded" doc:"退款金额，分"`
	Voids    int       `json:"voids" doc:"作废笔数"`
	Voided   money.Fen `json:"voided" doc:"作废金额，分"`
	Net      money.Fen `json:"net" doc:"净额：收款减退款减作废，分"`
}

type shiftJSON struct {
	ID          id.ID          `json:"id"`
	Number      string         `json:"number" doc:"交班单号，没有交班为空"`
	Cashier     id.ID          `json:"cashier_id"`
	CashierName string         `json:"cashier_name"`
	State       string         `json:"state" enum:"open,closed,before" doc:"open 未交班，closed 已交班，before 启用交班以前的收款"`
	OpenedAt    time.Time      `json:"opened_at"`
	OpenedOn    clock.Date     `json:"opened_on"`
	Late        bool           `json:"late" doc:"开班当天没有交班"`
	Hidden      bool           `json:"hidden" doc:"点款以前不给出金额，下面的金额都是 0"`
	Imprest     money.Fen      `json:"imprest" doc:"备用金，分"`
	Taken       money.Fen      `json:"taken" doc:"收款合计，含作废的，不含预存、押金抵扣，分"`
	Refunded    money.Fen      `json:"refunded" doc:"退款合计，不含预存、押金抵扣，分"`
	Voided      money.Fen      `json:"voided" doc:"作废合计，不含预存、押金抵扣，分"`
	Income      money.Fen      `json:"income" doc:"收进的钱：收款减退款减作废，不含预存、押金抵扣，分"`
	Rounded     money.Fen      `json:"rounded" doc:"抹零合计，不算在收进的钱里，分"`
	Expected    money.Fen      `json:"expected" doc:"应有现金：备用金加收的现金，减付出的退款和作废退回的，分"`
	Counted     money.Fen      `json:"counted" doc:"点出的现金，分"`
	Difference  money.Fen      `json:"difference" doc:"长款为正，短款为负，分"`
	Reason      string         `json:"reason" doc:"长短款的原因"`
	Handed      money.Fen      `json:"handed" doc:"解款，分"`
	Kept        money.Fen      `json:"kept" doc:"留作下一班备用金的，分"`
	ClosedAt    *time.Time     `json:"closed_at,omitempty"`
	ClosedName  string         `json:"closed_name" doc:"谁交的班"`
	Sums        []shiftSumJSON `json:"sums" nullable:"false" doc:"按收款方式"`
	Counts      []countJSON    `json:"counts" nullable:"false" doc:"点款记录"`
}

func (s *Service) shiftJSON(sh *Shift) shiftJSON {
	j := shiftJSON{
		ID: sh.ID, Number: sh.Number, Cashier: sh.Cashier, CashierName: sh.CashierName, State: string(sh.State),
		OpenedAt: sh.OpenedAt.In(clock.Shanghai()), OpenedOn: sh.OpenedOn, Late: sh.Late(clock.DateOf(s.db.Clock().Now())), Hidden: sh.Hidden,
		Imprest: sh.Imprest, Income: sh.Income(), Rounded: sh.Rounded, Expected: sh.Expected, Reason: sh.Reason, Handed: sh.Handed, ClosedName: sh.ClosedName,
		Sums: []shiftSumJSON{}, Counts: []countJSON{},
	}
	sum := sh.Money()
	_, j.Taken = taken(&sum)
	j.Refunded, j.Voided = sum.Refunded, sum.Voided
	if len(sh.Counts) > 0 {
		j.Counted, j.Difference = sh.Counted, sh.Difference()
	}
	if sh.State == cashier.ShiftClosed {
		at := sh.ClosedAt.In(clock.Shanghai())
		j.ClosedAt, j.Kept = &at, sh.Kept()
	}
	for _, m := range sh.Sums {
		n, in := taken(&m)
		j.Sums = append(j.Sums, shiftSumJSON{Method: string(m.Method), Name: m.Method.Name(), Receipts: m.Receipts, Amount: m.Amount,
			Takings: n, Taken: in, Refunds: m.Refunds, Refunded: m.Refunded, Voids: m.Voids, Voided: m.Voided, Net: m.Net()})
	}
	for _, c := range sh.Counts {
		cj := countJSON{No: c.No, Counted: c.Counted, Expected: c.Expected, Difference: c.Counted - c.Expected, Notes: []noteJSON{}, ByName: c.ByName, At: c.At.In(clock.Shanghai())}
		for _, n := range c.Notes {
			cj.Notes = append(cj.Notes, noteJSON(n))
		}
		j.Counts = append(j.Counts, cj)
	}
	return j
}

type shiftOut struct{ Body shiftJSON }

func (s *Service) shiftOut(sh Shift, err error) (*shiftOut, error) {
	if err != nil {
		return nil, err
	}
	return &shiftOut{s.shiftJSON(&sh)}, nil
}

type myShiftJSON struct {
	Shift *shiftJSON `json:"shift,omitempty" doc:"没有开班时没有这一项"`
	Kept  money.Fen  `json:"kept" doc:"没有开班时：上一班留下的备用金，分"`
}

func (s *Service) apiMyShift(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*struct{ Body myShiftJSON }, error) {
	sh, kept, err := s.CurrentShift(ctx, who, in.Project)
	if err != nil {
		return nil, err
	}
	b := myShiftJSON{Kept: kept}
	if sh != nil {
		j := s.shiftJSON(sh)
		b.Shift = &j
	}
	return &struct{ Body myShiftJSON }{b}, nil
}

func (s *Service) apiOpenShift(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Imprest money.Fen `json:"imprest" minimum:"0" doc:"备用金，分"`
	}
}) (*shiftOut, error) {
	return s.shiftOut(s.OpenShift(ctx, who, in.Project, in.Body.Imprest))
}

func (s *Service) apiShifts(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Mine    bool     `query:"mine" doc:"只看我的"`
	Cashier id.ID    `query:"cashier_id" doc:"哪位收费员"`
	State   string   `query:"state" enum:"open,closed,before" doc:"open 未交班，closed 已交班，before 启用交班以前；不填为全部"`
	From    web.Date `query:"from" doc:"开班起始日，含"`
	Until   web.Date `query:"until" doc:"开班截止日，含"`
	Late    bool     `query:"late" doc:"只看开班当天没有交的"`
}) (*struct{ Body page.List[shiftJSON] }, error) {
	f := ShiftFilter{Request: in.Request, Cashier: in.Cashier, State: cashier.ShiftState(in.State), From: in.From.Date, Until: in.Until.Date, Late: in.Late}
	if in.Mine || !who.Can(cashier.PermRead, in.Project) {
		f.Cashier = who.Account // whoever is limited to buildings sees the own ones
	}
	list, err := s.Shifts(ctx, who, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := page.List[shiftJSON]{Items: []shiftJSON{}, Next: list.Next}
	for i := range list.Items {
		out.Items = append(out.Items, s.shiftJSON(&list.Items[i]))
	}
	return &struct{ Body page.List[shiftJSON] }{out}, nil
}

type shiftRef struct {
	Project id.ID `path:"project"`
	Shift   id.ID `path:"shift" doc:"班次编号"`
}

func (s *Service) apiShift(ctx context.Context, who actor.Actor, in *shiftRef) (*shiftOut, error) {
	return s.shiftOut(s.Shift(ctx, who, in.Project, in.Shift))
}

func (s *Service) apiCount(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Shift   id.ID `path:"shift" doc:"班次编号"`
	Body    struct {
		Counted *money.Fen `json:"counted,omitempty" minimum:"0" doc:"点出的现金，分；填了各面额张数时可以不填"`
		Notes   []noteJSON `json:"notes,omitempty" maxItems:"8" doc:"各面额张数，选填"`
	}
}) (*shiftOut, error) {
	var notes []Note
	for _, n := range in.Body.Notes {
		notes = append(notes, Note(n))
	}
	return s.shiftOut(s.CountShift(ctx, who, in.Project, in.Shift, in.Body.Counted, notes))
}

func (s *Service) apiClose(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Shift   id.ID `path:"shift" doc:"班次编号"`
	Body    struct {
		Count  int       `json:"count" minimum:"1" doc:"按第几次点款交班，屏幕上的那一次"`
		Handed money.Fen `json:"handed" minimum:"0" doc:"解款，分；其余留作下一班备用金"`
		Reason string    `json:"reason,omitempty" maxLength:"200" doc:"长短款的原因，账款不符时必填"`
	}
}) (*shiftOut, error) {
	b := &in.Body
	return s.shiftOut(s.CloseShift(ctx, who, in.Project, in.Shift, Closing{b.Count, b.Handed, b.Reason}))
}

type shiftPage struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Service) apiPrintShift(ctx context.Context, who actor.Actor, in *shiftRef) (*shiftPage, error) {
	b, err := s.PrintShift(ctx, who, in.Project, in.Shift)
	if err != nil {
		return nil, err
	}
	return &shiftPage{"text/html; charset=utf-8", b}, nil
}
