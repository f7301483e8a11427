package termination

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

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const docs, one = "/projects/{project}/terminations", "/projects/{project}/terminations/{termination}"
	web.Handle(w, web.Op{ID: "paid-periods", Method: http.MethodGet, Path: "/projects/{project}/rooms/{room}/paid-periods", Tag: "termination",
		Permission: cashier.PermRead, Summary: "一间房一次付清、还没到期的几个月：年缴、预缴"}, s.apiPeriods)
	web.Handle(w, web.Op{ID: "termination-quote", Method: http.MethodGet, Path: "/projects/{project}/termination-quote", Tag: "termination",
		Permission: cashier.PermRead, Summary: "提前终止应退多少：按原价重算，或按比例"}, s.apiQuote)
	web.Handle(w, web.Op{ID: "termination-list", Method: http.MethodGet, Path: docs, Tag: "termination",
		Permission: cashier.PermRead, Summary: "提前终止退费单，新的在前"}, s.apiList)
	web.Handle(w, web.Op{ID: "termination-ask", Method: http.MethodPost, Path: docs, Tag: "termination", Status: http.StatusCreated,
		Permission: cashier.PermRed, Summary: "申请把已付、没有服务的几个月退给住户，等另一位同事批准"}, s.apiAsk)
	web.Handle(w, web.Op{ID: "termination-one", Method: http.MethodGet, Path: one, Tag: "termination",
		Permission: cashier.PermRead, Summary: "一张提前终止退费单：怎么算的、从哪张收据退"}, s.apiOne)
	web.Handle(w, web.Op{ID: "termination-decide", Method: http.MethodPost, Path: one + "/decision", Tag: "termination",
		Permission: cashier.PermApprove, Summary: "批准或退回别人的申请；批准即给号，退款到收银台付出，原路退的随即交给渠道"}, s.apiDecide)
	web.Handle(w, web.Op{ID: "termination-withdraw", Method: http.MethodPost, Path: one + "/withdraw", Tag: "termination",
		Permission: cashier.PermRed, Summary: "撤回自己还没批的申请"}, s.apiWithdraw)
	web.Handle(w, web.Op{ID: "termination-renew", Method: http.MethodPost, Path: one + "/renewal", Tag: "termination", Status: http.StatusCreated,
		Permission: cashier.PermRed, Summary: "申请以后费用或收款变了：撤回这张，按现在的数据重新算一张，再等另一位同事批准"}, s.apiRenew)
	web.Handle(w, web.Op{ID: "termination-print", Method: http.MethodGet, Path: one + "/print", Tag: "termination",
		Permission: cashier.PermRead, Summary: "打印提前终止退费单（A4），供签字"}, s.apiPrint)
}

type paidMonthJSON struct {
	Month  clock.Month `json:"month" doc:"账期"`
	Charge id.ID       `json:"charge_id"`
	Full   money.Fen   `json:"full" doc:"原价，分"`
	Amount money.Fen   `json:"amount" doc:"应收，已付清，分"`
}

type paidPeriodJSON struct {
	Run      id.ID           `json:"run_id" doc:"哪一次出账或预缴"`
	Item     id.ID           `json:"item_id"`
	ItemName string          `json:"item_name"`
	From     clock.Month     `json:"from"`
	Until    clock.Month     `json:"until"`
	Paid     money.Fen       `json:"paid" doc:"已付，分"`
	Months   []paidMonthJSON `json:"months" nullable:"false"`
}

func toPeriod(p *Period) paidPeriodJSON {
	out := paidPeriodJSON{p.Run, p.Item, p.ItemName, p.From(), p.Until(), p.Paid, make([]paidMonthJSON, len(p.Months))}
	for i, m := range p.Months {
		out.Months[i] = paidMonthJSON(m)
	}
	return out
}

type periodsOut struct {
	Body struct {
		Items []paidPeriodJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) apiPeriods(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
}) (*periodsOut, error) {
	list, err := s.Periods(ctx, s.db.Reader(ctx), in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	out := &periodsOut{}
	out.Body.Items = make([]paidPeriodJSON, len(list))
	for i := range list {
		out.Body.Items[i] = toPeriod(&list[i])
	}
	return out, nil
}

type terminationQuoteJSON struct {
	Paid   money.Fen `json:"paid" doc:"已付，分"`
	Full   money.Fen `json:"full" doc:"已服务的月份按原价，分"`
	Refund money.Fen `json:"refund" doc:"应退，分；0 为没有可退的"`
	Kept   money.Fen `json:"kept" doc:"收回的月份里留作已服务部分的，分"`
	Lines  []string  `json:"lines" nullable:"false" doc:"怎么算的"`
}

type quoteOut struct{ Body terminationQuoteJSON }

func (s *Service) apiQuote(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Room    id.ID  `query:"room_id" required:"true"`
	Run     id.ID  `query:"run_id" required:"true"`
	Item    id.ID  `query:"item_id" required:"true"`
	Used    int    `query:"used" minimum:"0" maximum:"120" doc:"已服务几个月"`
	Policy  string `query:"policy" enum:"reprice,prorata" required:"true" doc:"reprice 已服务的按原价重算，prorata 没有服务的按比例"`
}) (*quoteOut, error) {
	q, err := s.Quote(ctx, s.db.Reader(ctx), in.Project, in.Room, in.Run, in.Item, in.Used, Policy(in.Policy))
	if err != nil {
		return nil, err
	}
	return &quoteOut{terminationQuoteJSON{q.Paid, q.Back.Full, q.Back.Refund, q.Kept, q.Lines}}, nil
}

type terminationPartJSON struct {
	Receipt id.ID     `json:"receipt_id"`
	Number  string    `json:"receipt_number"`
	Refund  id.ID     `json:"refund_id" doc:"收银台的退款，批准后才有"`
	Amount  money.Fen `json:"amount" doc:"退这张收据的多少，分"`
	Kept    money.Fen `json:"kept" doc:"留作已服务部分的，分"`
	Done    bool      `json:"done" doc:"已付出"`
	Dropped bool      `json:"dropped" doc:"这张收据的不再退"`
}

type terminationJSON struct {
	ID          id.ID                 `json:"id"`
	Number      string                `json:"number" doc:"批准后才有"`
	Room        id.ID                 `json:"room_id"`
	Label       string                `json:"room_label"`
	PayerName   string                `json:"payer_name"`
	Run         id.ID                 `json:"run_id" doc:"哪一次出账或预缴"`
	Item        id.ID                 `json:"item_id"`
	ItemName    string                `json:"item_name"`
	From        clock.Month           `json:"from"`
	Until       clock.Month           `json:"until"`
	Months      int                   `json:"months"`
	Used        int                   `json:"used" doc:"已服务几个月，不收费的月份不算"`
	Served      string                `json:"served" doc:"已服务多少，如 5 个月、5 个收费的月份"`
	Policy      string                `json:"policy" enum:"reprice,prorata"`
	Paid        money.Fen             `json:"paid" doc:"分"`
	Full        money.Fen             `json:"full" doc:"已服务的月份按原价，分"`
	Refund      money.Fen             `json:"refund" doc:"退多少，分"`
	Kept        money.Fen             `json:"kept" doc:"收回的月份里留作已服务部分的，分"`
	Lines       []string              `json:"lines" nullable:"false" doc:"怎么算的"`
	Again       bool                  `json:"again" doc:"收回的月份以后再出账时重新收"`
	Original    bool                  `json:"original"`
	Method      string                `json:"method"`
	MethodName  string                `json:"method_name"`
	Account     string                `json:"account"`
	Reason      string                `json:"reason"`
	Proof       string                `json:"proof"`
	State       string                `json:"state" enum:"asked,approved,done,partly,refused,withdrawn"`
	AskedName   string                `json:"asked_name"`
	AskedAt     time.Time             `json:"asked_at"`
	DecidedName string                `json:"decided_name"`
	DecidedAt   *time.Time            `json:"decided_at,omitempty"`
	Note        string                `json:"note"`
	Mine        bool                  `json:"mine" doc:"是我提出的，不能自己批"`
	Version     int                   `json:"version"`
	Parts       []terminationPartJSON `json:"parts" nullable:"false" doc:"从哪几张收据退，列表里为空"`
}

func toDoc(d *Doc, who actor.Actor) terminationJSON {
	out := terminationJSON{ID: d.ID, Number: d.Number, Room: d.Room, Label: d.RoomLabel, PayerName: d.PayerName, Run: d.Run, Item: d.Item, ItemName: d.ItemName, From: d.From,
		Until: d.Until, Months: d.Months, Used: d.Used, Served: d.Served(), Policy: string(d.Policy), Paid: d.Paid, Full: d.Full, Refund: d.Refund, Kept: d.Kept, Lines: d.Lines(), Again: d.Again,
		Original: d.Original, Method: string(d.Method), MethodName: d.Method.Name(), Account: d.Account, Reason: d.Reason, Proof: d.Proof, State: string(d.State),
		AskedName: d.Asker, AskedAt: d.AskedAt.In(clock.Shanghai()), DecidedName: d.Decider, Note: d.Note, Mine: d.AskedBy == who.Account, Version: d.Version,
		Parts: make([]terminationPartJSON, len(d.Parts))}
	if d.DecidedAt.UnixMicro() != 0 {
		local := d.DecidedAt.In(clock.Shanghai())
		out.DecidedAt = &local
	}
	for i, p := range d.Parts {
		out.Parts[i] = terminationPartJSON{Receipt: p.Receipt, Number: p.ReceiptNumber, Amount: p.Amount, Kept: p.Kept, Done: p.Done, Dropped: p.Dropped}
		if d.State == Approved || d.State == Done || d.State == Partly {
			out.Parts[i].Refund = p.Refund
		}
	}
	return out
}

type docOut struct{ Body terminationJSON }

type listOut struct{ Body page.List[terminationJSON] }

func (s *Service) apiList(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"asked,approved,done,partly,refused,withdrawn" doc:"不填为全部"`
	Room  id.ID  `query:"room_id" doc:"只看一间房的"`
}) (*listOut, error) {
	l, err := s.Docs(ctx, in.Project, Filter{in.Request, State(in.State), in.Room})
	if err != nil {
		return nil, err
	}
	out := &listOut{page.List[terminationJSON]{Items: make([]terminationJSON, len(l.Items)), Next: l.Next}}
	for i := range l.Items {
		out.Body.Items[i] = toDoc(&l.Items[i], who)
	}
	return out, nil
}

func (s *Service) apiAsk(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Room     id.ID     `json:"room_id"`
		Run      id.ID     `json:"run_id" doc:"哪一次出账或预缴"`
		Item     id.ID     `json:"item_id"`
		Used     int       `json:"used" minimum:"0" maximum:"120" doc:"已服务几个月"`
		Policy   string    `json:"policy" enum:"reprice,prorata"`
		Seen     money.Fen `json:"seen_refund" minimum:"0" doc:"页面上看到的应退，分；变了就不做"`
		Again    bool      `json:"again,omitempty" doc:"收回的月份以后再出账时按那时的资料重新收，如卖给了新业主"`
		Original bool      `json:"original,omitempty" doc:"线上收的原路退回；不是线上收的按下面的方式"`
		Method   string    `json:"method,omitempty" enum:"cash,card,transfer,prepay" doc:"怎么退；prepay 转为预存"`
		Account  string    `json:"account,omitempty" maxLength:"60" doc:"退到哪个账号，选填"`
		Reason   string    `json:"reason" minLength:"2" maxLength:"150" doc:"为什么提前终止"`
		Proof    string    `json:"proof,omitempty" maxLength:"200" doc:"依据，如合同终止协议、过户证明"`
	}
}) (*docOut, error) {
	b := &in.Body
	d, err := s.Ask(ctx, who, in.Project, Ask{Room: b.Room, Run: b.Run, Item: b.Item, Used: b.Used, Policy: Policy(b.Policy), Seen: b.Seen,
		Again: b.Again, Original: b.Original, Method: cashier.Method(b.Method), Account: b.Account, Reason: b.Reason, Proof: b.Proof})
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

// Ref names a document in the path. It is exported because the API document
// leaves unexported embedded types out.
type Ref struct {
	Project id.ID `path:"project"`
	Doc     id.ID `path:"termination" doc:"退费单编号"`
}

func (s *Service) apiOne(ctx context.Context, who actor.Actor, in *Ref) (*docOut, error) {
	d, err := s.Doc(ctx, s.db.Reader(ctx), in.Project, in.Doc)
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

func (s *Service) apiDecide(ctx context.Context, who actor.Actor, in *struct {
	Ref
	Body struct {
		Approve bool   `json:"approve" doc:"true 批准，false 退回"`
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
	Ref
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

func (s *Service) apiRenew(ctx context.Context, who actor.Actor, in *struct {
	Ref
	Body struct {
		Seen    money.Fen `json:"seen_refund" minimum:"0" doc:"页面上看到的、按现在的数据应退，分；变了就不做"`
		Version int       `json:"version"`
	}
}) (*docOut, error) {
	d, err := s.Renew(ctx, who, in.Project, in.Doc, in.Body.Seen, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return &docOut{toDoc(&d, who)}, nil
}

type printOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Service) apiPrint(ctx context.Context, _ actor.Actor, in *Ref) (*printOut, error) {
	b, err := s.Print(ctx, in.Project, in.Doc)
	if err != nil {
		return nil, err
	}
	return &printOut{"text/html; charset=utf-8", b}, nil
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "terminations", Name: "提前终止退费", Permission: cashier.PermRead, Columns: []sheet.Column{export.Text("单号", 18), export.Text("状态", 10),
		export.Text("房屋", 20), export.Text("交款人", 14), export.Text("费用", 16), export.Text("起月", 10), export.Text("止月", 10), export.Text("已服务月数", 10),
		export.Text("办法", 12), export.Money("已付"), export.Money("应退"), export.Text("原因", 30), export.Text("依据", 24), export.Text("申请人", 12), export.Text("审批人", 12)}}
	states := map[string]string{"asked": "待批", "approved": "已批待付", "done": "已付出", "partly": "部分付出", "refused": "已退回", "withdrawn": "已撤回"}
	o.Check, o.Rows = export.Pages(s.apiList, func(o *listOut) page.List[terminationJSON] { return o.Body }, func(d *terminationJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(d.Number), sheet.Text(states[d.State]), sheet.Text(d.Label), sheet.Text(d.PayerName), sheet.Text(d.ItemName),
			sheet.Text(d.From.String()), sheet.Text(d.Until.String()), sheet.Int(int64(d.Used)), sheet.Text(map[string]string{"reprice": "按原价重算", "prorata": "按比例"}[d.Policy]),
			export.Yuan(d.Paid), export.Yuan(d.Refund), sheet.Text(d.Reason), sheet.Text(d.Proof), sheet.Text(d.AskedName), sheet.Text(d.DecidedName)}
	})
	return []export.Offer{o}
}
