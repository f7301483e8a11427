package cashier

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

// refundRoutes registers 红冲 and refunds.
func (s *Service) refundRoutes(w *web.Server) {
	const refunds, one = "/projects/{project}/refunds", "/projects/{project}/refunds/{refund}"
	web.Handle(w, web.Op{ID: "refund-list", Method: http.MethodGet, Path: refunds, Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "红冲与退款申请，新的在前"}, s.apiRefunds)
	web.Handle(w, web.Op{ID: "refund-ask", Method: http.MethodPost, Path: refunds, Tag: "cashier", Status: http.StatusCreated,
		Buildings: true, Permission: PermRed, Summary: "申请红冲、部分退款、退预存、退押金，或原路退回线上多收的钱"}, s.apiAskRefund)
	web.Handle(w, web.Op{ID: "refund-one", Method: http.MethodGet, Path: one, Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "一张红冲或退款申请"}, s.apiRefund)
	web.Handle(w, web.Op{ID: "refund-decide", Method: http.MethodPost, Path: one + "/decision", Tag: "cashier",
		Buildings: true, Permission: PermApprove, Summary: "批准或退回别人的申请；原路退回的批准后随即交给渠道"}, s.apiDecideRefund)
	web.Handle(w, web.Op{ID: "refund-withdraw", Method: http.MethodPost, Path: one + "/withdraw", Tag: "cashier",
		Buildings: true, Permission: PermRed, Summary: "撤回自己还没付出的申请"}, s.apiWithdrawRefund)
	web.Handle(w, web.Op{ID: "refund-again", Method: http.MethodPost, Path: one + "/again", Tag: "cashier",
		Buildings: true, Permission: PermRed, Summary: "渠道没有退回的，再原路退一次或改用别的方式，重新等批准"}, s.apiAskAgain)
	web.Handle(w, web.Op{ID: "refund-pay", Method: http.MethodPost, Path: one + "/pay", Tag: "cashier",
		Buildings: true, Permission: PermRed, Summary: "付出已批准的退款，开红字收据，记入付款人当前的班"}, s.apiPayRefund)
}

type refundJSON struct {
	ID            id.ID      `json:"id"`
	Kind          string     `json:"kind" enum:"red,part,prepaid,deposit,candidate,ended" doc:"red 红冲整张收据，part 部分退款，prepaid 退预存，deposit 退押金，candidate 退线上多收的钱，ended 提前终止退费"`
	KindName      string     `json:"kind_name"`
	Receipt       id.ID      `json:"receipt_id" doc:"退的是哪张收据，退预存为空"`
	ReceiptNumber string     `json:"receipt_number"`
	Deposit       id.ID      `json:"deposit_id"`
	Room          id.ID      `json:"room_id"`
	RoomLabel     string     `json:"room_label"`
	PayerName     string     `json:"payer_name"`
	Amount        money.Fen  `json:"amount" doc:"分"`
	Method        string     `json:"method" doc:"怎么退；红冲按收款时的方式退，为空"`
	MethodName    string     `json:"method_name"`
	Account       string     `json:"account" doc:"退到哪里，按填写"`
	Reason        string     `json:"reason"`
	State         string     `json:"state" enum:"asked,approved,refused,withdrawn,paid,sent,failed" doc:"sent 渠道正在原路退回，failed 渠道没有退回"`
	AskedName     string     `json:"asked_name"`
	AskedAt       time.Time  `json:"asked_at"`
	DecidedName   string     `json:"decided_name"`
	DecidedAt     *time.Time `json:"decided_at,omitempty"`
	Note          string     `json:"note"`
	PaidName      string     `json:"paid_name"`
	PaidAt        *time.Time `json:"paid_at,omitempty"`
	Red           id.ID      `json:"red_id" doc:"红字收据"`
	RedNumber     string     `json:"red_number"`
	Original      bool       `json:"original" doc:"由收款的渠道原路退回"`
	Candidate     id.ID      `json:"candidate_id" doc:"退的是哪笔线上多收的钱"`
	ChannelNumber string     `json:"channel_number" doc:"原路退回的商户退款单号"`
	Failure       string     `json:"failure" doc:"渠道为什么没有退回"`
	Mine          bool       `json:"mine" doc:"是我提出的，不能自己批"`
	Version       int        `json:"version"`
}

func toRefund(f *Refund, who actor.Actor) refundJSON {
	at := func(t time.Time) *time.Time {
		if t.UnixMicro() == 0 {
			return nil
		}
		local := t.In(clock.Shanghai())
		return &local
	}
	return refundJSON{ID: f.ID, Kind: string(f.Kind), KindName: f.Kind.Name(), Receipt: f.Receipt, ReceiptNumber: f.ReceiptNumber, Deposit: f.Deposit,
		Room: f.Room, RoomLabel: f.RoomLabel, PayerName: f.PayerName, Amount: f.Amount, Method: string(f.Method), MethodName: f.Method.Name(),
		Account: f.Account, Reason: f.Reason, State: string(f.State), AskedName: f.Asker, AskedAt: f.AskedAt.In(clock.Shanghai()),
		DecidedName: f.Decider, DecidedAt: at(f.DecidedAt), Note: f.Note, PaidName: f.PaidName, PaidAt: at(f.PaidAt), Red: f.Red, RedNumber: f.RedNumber,
		Original: f.Method.online(), Candidate: f.Candidate, ChannelNumber: f.ChannelNumber, Failure: f.Failure, Mine: f.AskedBy == who.Account, Version: f.Version}
}

type refundOut struct{ Body refundJSON }

// RefundRef names an application in the path. It is exported because the API
// document leaves unexported embedded types out.
type RefundRef struct {
	Project id.ID `path:"project"`
	Refund  id.ID `path:"refund" doc:"申请编号"`
}

type refundListIn struct {
	Project id.ID `path:"project"`
	page.Request
	State   string `query:"state" enum:"asked,approved,refused,withdrawn,paid,sent,failed" doc:"不填为全部"`
	Kind    string `query:"kind" enum:"red,part,prepaid,deposit,candidate,ended" doc:"不填为全部"`
	Room    id.ID  `query:"room_id" doc:"这间房的"`
	Receipt id.ID  `query:"receipt_id" doc:"这张收据的"`
	Count   bool   `query:"count" doc:"true 时给出全部结果的合计；只看部分楼栋的没有"`
}

type refundListOut struct{ Body page.Totaled[refundJSON] }

func (s *Service) apiRefunds(ctx context.Context, who actor.Actor, in *refundListIn) (*refundListOut, error) {
	f := RefundFilter{Request: in.Request, State: RefundState(in.State), Kind: RefundKind(in.Kind),
		Room: in.Room, Receipt: in.Receipt, Within: who.Within(PermRead, in.Project)}
	list, err := s.Refunds(ctx, in.Project, f)
	if err != nil {
		return nil, err
	}
	out, err := page.Answer(list, func(f *Refund) refundJSON { return toRefund(f, who) }, in.Count && f.Within.Whole(),
		func() (page.Total, error) { return sumRefunds(ctx, s.db.Reader(ctx), in.Project, &f) })
	return &refundListOut{out}, err
}

func (s *Service) apiRefund(ctx context.Context, who actor.Actor, in *RefundRef) (*refundOut, error) {
	f, err := s.refundWithin(ctx, s.db.Reader(ctx), in.Project, in.Refund, who.Within(PermRead, in.Project))
	return answerRefund(&f, who, err)
}

func answerRefund(f *Refund, who actor.Actor, err error) (*refundOut, error) {
	if err != nil {
		return nil, err
	}
	return &refundOut{toRefund(f, who)}, nil
}

// doRefund answers what a command makes of an application, for somebody whose
// right reaches it.
func (s *Service) doRefund(ctx context.Context, who actor.Actor, right actor.Permission, in RefundRef, do func() (Refund, error)) (*refundOut, error) {
	f, err := s.refundWithin(ctx, s.db.Reader(ctx), in.Project, in.Refund, who.Within(right, in.Project))
	if err == nil {
		f, err = do()
	}
	return answerRefund(&f, who, err)
}

func (s *Service) apiAskRefund(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Kind    string    `json:"kind" enum:"red,part,prepaid,deposit,candidate" doc:"red 红冲整张收据，part 部分退款，prepaid 退预存，deposit 退押金，candidate 退线上多收的钱"`
		Receipt id.ID     `json:"receipt_id,omitempty" doc:"红冲和部分退款：哪张收据"`
		Room    id.ID     `json:"room_id,omitempty" doc:"退预存：哪间房"`
		Deposit id.ID     `json:"deposit_id,omitempty" doc:"退押金：哪一笔"`
		Money   id.ID     `json:"candidate_id,omitempty" doc:"退线上多收的钱：待退款的哪一笔，整笔原路退回"`
		Amount  money.Fen `json:"amount,omitempty" minimum:"0" doc:"退多少，分；红冲和退多收整笔退，不填"`
		Back    bool      `json:"original,omitempty" doc:"部分退款：由收款的渠道原路退回，不用填怎么退；线上收款的红冲总是原路退回"`
		Method  string    `json:"method,omitempty" enum:"cash,card,transfer" doc:"怎么退；红冲按收款时的方式退，不填"`
		Account string    `json:"account,omitempty" maxLength:"60" doc:"退到哪个账号，选填"`
		Reason  string    `json:"reason" minLength:"1" maxLength:"200" doc:"原因"`
	}
}) (*refundOut, error) {
	b := &in.Body
	f, err := s.AskRefund(ctx, who, in.Project, RefundAsk{Kind: RefundKind(b.Kind), Receipt: b.Receipt, Room: b.Room, Deposit: b.Deposit,
		Amount: b.Amount, Method: Method(b.Method), Account: b.Account, Reason: b.Reason, Original: b.Back, Candidate: b.Money,
		Within: who.Within(PermRed, in.Project)})
	return answerRefund(&f, who, err)
}

func (s *Service) apiDecideRefund(ctx context.Context, who actor.Actor, in *struct {
	RefundRef
	Body struct {
		Approve bool   `json:"approve" doc:"true 批准，false 退回"`
		Note    string `json:"note,omitempty" maxLength:"200" doc:"退回时必填"`
		Version int    `json:"version"`
	}
}) (*refundOut, error) {
	return s.doRefund(ctx, who, PermApprove, in.RefundRef, func() (Refund, error) {
		return s.DecideRefund(ctx, who, in.Project, in.Refund, in.Body.Approve, in.Body.Note, in.Body.Version)
	})
}

type refundStep struct {
	RefundRef
	Body struct {
		Version int `json:"version"`
	}
}

func (s *Service) apiWithdrawRefund(ctx context.Context, who actor.Actor, in *refundStep) (*refundOut, error) {
	return s.doRefund(ctx, who, PermRed, in.RefundRef, func() (Refund, error) {
		return s.WithdrawRefund(ctx, who, in.Project, in.Refund, in.Body.Version)
	})
}

func (s *Service) apiAskAgain(ctx context.Context, who actor.Actor, in *struct {
	RefundRef
	Body struct {
		Original bool   `json:"original,omitempty" doc:"再原路退一次"`
		Method   string `json:"method,omitempty" enum:"cash,card,transfer" doc:"改用什么方式退；再原路退一次时不填"`
		Account  string `json:"account,omitempty" maxLength:"60" doc:"退到哪个账号，选填"`
		Version  int    `json:"version"`
	}
}) (*refundOut, error) {
	b := &in.Body
	return s.doRefund(ctx, who, PermRed, in.RefundRef, func() (Refund, error) {
		return s.AskAgain(ctx, who, in.Project, in.Refund, Again{Original: b.Original, Method: Method(b.Method), Account: b.Account}, b.Version)
	})
}

func (s *Service) apiPayRefund(ctx context.Context, who actor.Actor, in *refundStep) (*refundOut, error) {
	return s.doRefund(ctx, who, PermRed, in.RefundRef, func() (Refund, error) {
		f, _, err := s.PayRefund(ctx, who, in.Project, in.Refund, in.Body.Version)
		return f, err
	})
}

func (s *Service) refundOffer() export.Offer {
	o := export.Offer{Key: "refunds", Name: "红冲与退款", Permission: PermRead, Buildings: true, Columns: []sheet.Column{
		export.Text("申请时间", 20), export.Text("类别", 10), export.Text("房屋", 20), export.Text("缴费人", 14), export.Text("原收据", 18), export.Money("金额"),
		export.Text("怎么退", 10), export.Text("原因", 30), export.Text("申请人", 12), export.Text("批准人", 12), export.Text("批准意见", 20), export.Text("状态", 10),
		export.Text("红字收据", 18)}}
	words := map[string]string{"asked": "待批准", "approved": "待付出", "refused": "已退回", "withdrawn": "已撤回", "paid": "已付出",
		"sent": "原路退回中", "failed": "没有退回"}
	o.Check, o.Rows = export.Pages(s.apiRefunds, func(o *refundListOut) page.List[refundJSON] { return o.Body.List }, func(f *refundJSON) []sheet.Value {
		method := cmp.Or(f.MethodName, "按原方式")
		if f.Original {
			method = f.MethodName + "原路"
		}
		return []sheet.Value{sheet.Text(f.AskedAt.In(clock.Shanghai()).Format("2006-01-02 15:04:05")), sheet.Text(f.KindName), sheet.Text(f.RoomLabel),
			sheet.Text(f.PayerName), sheet.Text(f.ReceiptNumber), export.Yuan(f.Amount), sheet.Text(method), sheet.Text(f.Reason), sheet.Text(f.AskedName),
			sheet.Text(f.DecidedName), sheet.Text(f.Note), sheet.Text(words[f.State]), sheet.Text(f.RedNumber)}
	})
	return o
}
