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

func (s *Service) settleRoutes(w *web.Server) {
	const docs, one = "/projects/{project}/deposit-settlements", "/projects/{project}/deposit-settlements/{settlement}"
	web.Handle(w, web.Op{ID: "deposit-settlement-list", Method: http.MethodGet, Path: docs, Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "押金退还单（抵欠费、退余款），新的在前"}, s.apiSettlements)
	web.Handle(w, web.Op{ID: "deposit-settlement-ask", Method: http.MethodPost, Path: docs, Tag: "cashier", Status: http.StatusCreated,
		Buildings: true, Permission: cashier.PermRed, Summary: "申请用押金抵欠费、余下的退还，须本人同意，等另一位同事批准"}, s.apiAskSettlement)
	web.Handle(w, web.Op{ID: "deposit-settlement-one", Method: http.MethodGet, Path: one, Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "一张押金退还单"}, s.apiSettlement)
	web.Handle(w, web.Op{ID: "deposit-settlement-decide", Method: http.MethodPost, Path: one + "/decision", Tag: "cashier",
		Buildings: true, Permission: cashier.PermApprove, Summary: "批准或退回别人的申请；批准即给号"}, s.apiDecideSettlement)
	web.Handle(w, web.Op{ID: "deposit-settlement-withdraw", Method: http.MethodPost, Path: one + "/withdraw", Tag: "cashier",
		Buildings: true, Permission: cashier.PermRed, Summary: "撤回自己还没付出的申请"}, s.apiWithdrawSettlement)
	web.Handle(w, web.Op{ID: "deposit-settlement-renew", Method: http.MethodPost, Path: one + "/renewal", Tag: "cashier",
		Buildings: true, Permission: cashier.PermRed, Summary: "按今天的欠费重新计算，再等批准"}, s.apiRenewSettlement)
	web.Handle(w, web.Op{ID: "deposit-settlement-pay", Method: http.MethodPost, Path: one + "/pay", Tag: "cashier",
		Buildings: true, Permission: cashier.PermRed, Summary: "付出：欠费开收据，余款开红字收据，记入付款人当前的班"}, s.apiPaySettlement)
	web.Handle(w, web.Op{ID: "deposit-settlement-print", Method: http.MethodGet, Path: one + "/print", Tag: "cashier",
		Buildings: true, Permission: cashier.PermRead, Summary: "打印押金退还单（A4），供签字"}, s.apiPrintSettlement)
}

type settleLineJSON struct {
	Charge    id.ID       `json:"charge_id"`
	Late      bool        `json:"late" doc:"这项应收的违约金"`
	RoomLabel string      `json:"room_label"`
	ItemName  string      `json:"item_name"`
	Month     clock.Month `json:"month"`
	Owed      money.Fen   `json:"owed" doc:"申请时的欠费，分"`
	Amount    money.Fen   `json:"amount" doc:"抵多少，分"`
}

type settlementJSON struct {
	ID            id.ID            `json:"id"`
	Number        string           `json:"number" doc:"单号，批准后才有"`
	Deposit       id.ID            `json:"deposit_id"`
	DepositName   string           `json:"deposit_name"`
	DepositNumber string           `json:"deposit_number" doc:"收押金的收据号"`
	Room          id.ID            `json:"room_id"`
	RoomLabel     string           `json:"room_label"`
	PersonName    string           `json:"person_name" doc:"押金是谁的"`
	PayerName     string           `json:"payer_name" doc:"欠费由谁缴"`
	Held          money.Fen        `json:"held" doc:"申请时可用的押金，分"`
	Settle        money.Fen        `json:"settle" doc:"抵欠费，分"`
	Rest          money.Fen        `json:"rest" doc:"退还，分"`
	Method        string           `json:"method" doc:"余款怎么退，没有余款为空"`
	MethodName    string           `json:"method_name"`
	Account       string           `json:"account"`
	Reason        string           `json:"reason"`
	Consent       string           `json:"consent" doc:"怎么同意的"`
	State         string           `json:"state" enum:"asked,approved,done,refused,withdrawn"`
	AskedName     string           `json:"asked_name"`
	AskedAt       time.Time        `json:"asked_at"`
	DecidedName   string           `json:"decided_name"`
	Note          string           `json:"note"`
	PaidName      string           `json:"paid_name"`
	Receipt       id.ID            `json:"receipt_id" doc:"欠费的收据"`
	ReceiptNumber string           `json:"receipt_number"`
	Red           id.ID            `json:"red_id" doc:"余款的红字收据"`
	RedNumber     string           `json:"red_number"`
	Undone        id.ID            `json:"undone_id" doc:"抵扣已红冲：红字收据"`
	UndoneNumber  string           `json:"undone_number"`
	Mine          bool             `json:"mine" doc:"是我提出的，不能自己批"`
	Version       int              `json:"version"`
	Lines         []settleLineJSON `json:"lines" nullable:"false"`
}

func toSettlement(x *Settlement, who actor.Actor) settlementJSON {
	j := settlementJSON{ID: x.ID, Number: x.Number, Deposit: x.Deposit, DepositName: x.DepositName, DepositNumber: x.DepositNumber, Room: x.Room, RoomLabel: x.RoomLabel,
		PersonName: x.PersonName, PayerName: x.PayerName, Held: x.Held, Settle: x.Settle, Rest: x.Rest, Method: string(x.Method), MethodName: x.Method.Name(),
		Account: x.Account, Reason: x.Reason, Consent: x.Consent, State: string(x.State), AskedName: x.Asker, AskedAt: x.AskedAt.In(clock.Shanghai()),
		DecidedName: x.Decider, Note: x.Note, PaidName: x.PaidName, Receipt: x.Receipt, ReceiptNumber: x.ReceiptNumber, Red: x.Red, RedNumber: x.RedNumber,
		Undone: x.Undone, UndoneNumber: x.UndoneNumber, Mine: x.AskedBy == who.Account, Version: x.Version, Lines: make([]settleLineJSON, len(x.Lines))}
	for i, l := range x.Lines {
		j.Lines[i] = settleLineJSON(l)
	}
	return j
}

type settlementOut struct{ Body settlementJSON }

// SettleRef names a document in the path.
type SettleRef struct {
	Project id.ID `path:"project"`
	Doc     id.ID `path:"settlement" doc:"单据编号"`
}

func answer(x Settlement, who actor.Actor, err error) (*settlementOut, error) {
	if err != nil {
		return nil, err
	}
	return &settlementOut{toSettlement(&x, who)}, nil
}

// doSettle answers what a command makes of a document, for somebody whose right
// reaches it.
func (s *Service) doSettle(ctx context.Context, who actor.Actor, right actor.Permission, in *SettleRef, do func() (Settlement, error)) (*settlementOut, error) {
	if err := s.reachSettle(ctx, who, in.Project, in.Doc, right); err != nil {
		return nil, err
	}
	x, err := do()
	return answer(x, who, err)
}

func (s *Service) apiSettlements(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State   string `query:"state" enum:"asked,approved,done,refused,withdrawn" doc:"不填为全部"`
	Deposit id.ID  `query:"deposit_id" doc:"这笔押金的"`
}) (*struct{ Body page.List[settlementJSON] }, error) {
	list, err := s.Settlements(ctx, in.Project, SettleFilter{Request: in.Request, State: SettleState(in.State), Deposit: in.Deposit,
		Within: who.Within(cashier.PermRead, in.Project)})
	if err != nil {
		return nil, err
	}
	out := page.List[settlementJSON]{Items: []settlementJSON{}, Next: list.Next}
	for i := range list.Items {
		out.Items = append(out.Items, toSettlement(&list.Items[i], who))
	}
	return &struct{ Body page.List[settlementJSON] }{out}, nil
}

func (s *Service) apiAskSettlement(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Deposit id.ID     `json:"deposit_id"`
		Charges []id.ID   `json:"charge_ids,omitempty" maxItems:"500" doc:"抵哪些应收"`
		Late    []id.ID   `json:"late_charge_ids,omitempty" maxItems:"500" doc:"抵哪些应收的违约金"`
		Settle  money.Fen `json:"settle" minimum:"1" doc:"抵多少，分；不超过所选欠费，按民法典的顺序抵"`
		Rest    money.Fen `json:"rest,omitempty" minimum:"0" doc:"退还多少，分；余下的继续押着"`
		Method  string    `json:"method,omitempty" enum:"cash,card,transfer" doc:"怎么退，有余款才填"`
		Account string    `json:"account,omitempty" maxLength:"60" doc:"退到哪个账号，选填"`
		Reason  string    `json:"reason" minLength:"1" maxLength:"150"`
		Agreed  bool      `json:"agreed" doc:"押金的主人同意抵欠费；不同意不能抵"`
		Consent string    `json:"consent,omitempty" maxLength:"60" doc:"怎么同意的，如签字、短信"`
	}
}) (*settlementOut, error) {
	b := &in.Body
	x, err := s.AskSettle(ctx, who, in.Project, SettleAsk{Deposit: b.Deposit, Charges: b.Charges, Late: b.Late, Settle: b.Settle, Rest: b.Rest,
		Method: cashier.Method(b.Method), Account: b.Account, Reason: b.Reason, Agreed: b.Agreed, Consent: b.Consent,
		Within: who.Within(cashier.PermRed, in.Project)})
	return answer(x, who, err)
}

func (s *Service) apiSettlement(ctx context.Context, who actor.Actor, in *SettleRef) (*settlementOut, error) {
	return s.doSettle(ctx, who, cashier.PermRead, in, func() (Settlement, error) {
		return s.Settlement(ctx, in.Project, in.Doc)
	})
}

func (s *Service) apiDecideSettlement(ctx context.Context, who actor.Actor, in *struct {
	SettleRef
	Body struct {
		Approve bool   `json:"approve" doc:"true 批准，false 退回"`
		Note    string `json:"note,omitempty" maxLength:"200" doc:"退回时必填"`
		Version int    `json:"version"`
	}
}) (*settlementOut, error) {
	return s.doSettle(ctx, who, cashier.PermApprove, &in.SettleRef, func() (Settlement, error) {
		return s.DecideSettle(ctx, who, in.Project, in.Doc, in.Body.Approve, in.Body.Note, in.Body.Version)
	})
}

type settleStep struct {
	SettleRef
	Body struct {
		Version int `json:"version"`
	}
}

func (s *Service) apiWithdrawSettlement(ctx context.Context, who actor.Actor, in *settleStep) (*settlementOut, error) {
	return s.doSettle(ctx, who, cashier.PermRed, &in.SettleRef, func() (Settlement, error) {
		return s.WithdrawSettle(ctx, who, in.Project, in.Doc, in.Body.Version)
	})
}

func (s *Service) apiRenewSettlement(ctx context.Context, who actor.Actor, in *settleStep) (*settlementOut, error) {
	return s.doSettle(ctx, who, cashier.PermRed, &in.SettleRef, func() (Settlement, error) {
		return s.RenewSettle(ctx, who, in.Project, in.Doc, in.Body.Version)
	})
}

func (s *Service) apiPaySettlement(ctx context.Context, who actor.Actor, in *settleStep) (*settlementOut, error) {
	return s.doSettle(ctx, who, cashier.PermRed, &in.SettleRef, func() (Settlement, error) {
		return s.PaySettle(ctx, who, in.Project, in.Doc, in.Body.Version)
	})
}

type printOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Service) apiPrintSettlement(ctx context.Context, who actor.Actor, in *SettleRef) (*printOut, error) {
	if err := s.reachSettle(ctx, who, in.Project, in.Doc, cashier.PermRead); err != nil {
		return nil, err
	}
	b, err := s.PrintSettle(ctx, in.Project, in.Doc)
	if err != nil {
		return nil, err
	}
	return &printOut{"text/html; charset=utf-8", b}, nil
}

func (s *Service) settleOffer() export.Offer {
	o := export.Offer{Key: "deposit-settlements", Name: "押金退还单", Permission: cashier.PermRead, Buildings: true, Columns: []sheet.Column{export.Text("单号", 16), export.Text("申请时间", 20),
		export.Text("房屋", 20), export.Text("押金", 12), export.Text("押金收据", 16), export.Text("退给谁", 14), export.Money("抵欠费"), export.Money("退还"), export.Text("怎么退", 10),
		export.Text("怎么同意的", 16), export.Text("原因", 24), export.Text("申请人", 12), export.Text("批准人", 12), export.Text("状态", 10), export.Text("欠费收据", 16),
		export.Text("红字收据", 16), export.Text("抵扣红冲", 16)}}
	words := map[string]string{"asked": "待批准", "approved": "待付出", "done": "已付出", "refused": "已退回", "withdrawn": "已撤回"}
	o.Check, o.Rows = export.Pages(s.apiSettlements, func(o *struct{ Body page.List[settlementJSON] }) page.List[settlementJSON] { return o.Body },
		func(x *settlementJSON) []sheet.Value {
			return []sheet.Value{sheet.Text(x.Number), sheet.Text(x.AskedAt.Format("2006-01-02 15:04:05")), sheet.Text(x.RoomLabel), sheet.Text(x.DepositName),
				sheet.Text(x.DepositNumber), sheet.Text(x.PersonName), export.Yuan(x.Settle), export.Yuan(x.Rest), sheet.Text(x.MethodName), sheet.Text(x.Consent),
				sheet.Text(x.Reason), sheet.Text(x.AskedName), sheet.Text(x.DecidedName), sheet.Text(words[x.State]), sheet.Text(x.ReceiptNumber),
				sheet.Text(x.RedNumber), sheet.Text(x.UndoneNumber)}
		})
	return o
}
