package reconcile

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
	"linli/internal/payment"
)

type statementJSON struct {
	ID          id.ID      `json:"id"`
	Channel     string     `json:"channel" enum:"wechat,alipay" doc:"收款渠道"`
	ChannelName string     `json:"channel_name"`
	Merchant    string     `json:"merchant" doc:"商户号"`
	MerchantID  id.ID      `json:"merchant_id" doc:"商户，商户号已经更换时为 0"`
	Payee       string     `json:"merchant_name" doc:"商户名称，商户号已经更换时为空"`
	Day         clock.Date `json:"day" doc:"账单日"`
	State       string     `json:"state" enum:"even,odd,waiting,running" doc:"even 平，odd 有差异待处理，waiting 未取到，running 正在对账"`
	Reason      string     `json:"reason" doc:"为什么没取到"`
	Lines       int64      `json:"lines" doc:"本项目的账单笔数；正在对账时是已对的笔数"`
	Amount      money.Fen  `json:"amount" doc:"渠道收款合计，分"`
	Refunds     money.Fen  `json:"refunds" doc:"渠道退款合计，分"`
	Fee         int64      `json:"fee" doc:"渠道手续费合计，单位 0.00001 元"`
	Others      int64      `json:"others" doc:"同一商户号下其他项目的笔数"`
	Differences int64      `json:"differences" doc:"差异处数，含处理过的"`
	Open        int64      `json:"open" doc:"待处理的差异处数"`
	TriedAt     *time.Time `json:"tried_at,omitempty" doc:"上次取账单的时间"`
	DoneAt      *time.Time `json:"done_at,omitempty" doc:"对完的时间"`
}

func shanghai(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(clock.Shanghai())
	return &t
}

func (st *Statement) shown() string {
	switch {
	case st.State != StatementDone:
		return string(st.State)
	case st.Open > 0:
		return "odd"
	}
	return "even"
}

// statementJSON names the merchants among those of the project.
func (s *Service) statementJSON(st *Statement, known []payment.Merchant) statementJSON {
	j := statementJSON{ID: st.ID, Channel: st.Channel, ChannelName: s.payment.ChannelName(st.Channel), Merchant: st.Merchant, Day: st.Day, State: st.shown(), Reason: st.Reason,
		Lines: st.Lines, Amount: st.Amount, Refunds: st.Refunds, Fee: st.Fee, Others: st.Others, Differences: st.Differences, Open: st.Open,
		TriedAt: shanghai(st.TriedAt), DoneAt: shanghai(st.DoneAt)}
	for i := range known {
		if m := &known[i]; m.Channel == st.Channel && m.Account() == st.Merchant {
			j.MerchantID, j.Payee = m.ID, m.Name
		}
	}
	return j
}

type statementOut struct{ Body statementJSON }

func (s *Service) statementOut(ctx context.Context, project id.ID, st *Statement) (*statementOut, error) {
	known, err := s.payment.Merchants(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	return &statementOut{s.statementJSON(st, known)}, nil
}

type merchantSumJSON struct {
	ChannelName string    `json:"channel_name"`
	Merchant    string    `json:"merchant" doc:"商户号"`
	Payee       string    `json:"merchant_name" doc:"商户名称，商户号已经更换时为空"`
	Days        int       `json:"days" doc:"对完的天数"`
	Lines       int64     `json:"lines" doc:"账单笔数"`
	Amount      money.Fen `json:"amount" doc:"渠道收款合计，分"`
	Refunds     money.Fen `json:"refunds" doc:"渠道退款合计，分"`
	Fee         money.Fen `json:"fee" doc:"记入支出的手续费，分"`
	Net         money.Fen `json:"net" doc:"净额：收款减退款减手续费，分"`
}

type merchantSumsOut struct {
	Body struct {
		Items []merchantSumJSON `json:"items" nullable:"false"`
	}
}

type merchantSumsIn struct {
	Project id.ID    `path:"project"`
	From    web.Date `query:"from" doc:"账单日起，含；不填为止日当月 1 日"`
	Until   web.Date `query:"until" doc:"账单日止，含；不填为今天"`
}

func (s *Service) apiMerchantSums(ctx context.Context, _ actor.Actor, in *merchantSumsIn) (*merchantSumsOut, error) {
	today := clock.DateOf(s.db.Clock().Now())
	from, until := in.From.Date, in.Until.Date
	if until == 0 {
		until = today
	}
	if from == 0 {
		from = until.Month().First()
	}
	list, err := s.MerchantSums(ctx, in.Project, from, until)
	if err != nil {
		return nil, err
	}
	known, err := s.payment.Merchants(ctx, s.db.Reader(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	out := &merchantSumsOut{}
	out.Body.Items = []merchantSumJSON{}
	for _, m := range list {
		j := merchantSumJSON{ChannelName: s.payment.ChannelName(m.Channel), Merchant: m.Merchant, Days: m.Days, Lines: m.Lines, Amount: m.Amount, Refunds: m.Refunds,
			Fee: m.Fee, Net: m.Amount - m.Refunds - m.Fee}
		for i := range known {
			if known[i].Channel == m.Channel && known[i].Account() == m.Merchant {
				j.Payee = known[i].Name
			}
		}
		out.Body.Items = append(out.Body.Items, j)
	}
	return out, nil
}

type statementsIn struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"even,odd,waiting" doc:"even 平，odd 有差异待处理，waiting 未取到；不填为全部"`
}

type statementsOut struct{ Body page.List[statementJSON] }

func (s *Service) apiStatements(ctx context.Context, _ actor.Actor, in *statementsIn) (*statementsOut, error) {
	list, err := s.Statements(ctx, in.Project, StatementFilter{Request: in.Request, State: in.State})
	if err != nil {
		return nil, err
	}
	known, err := s.payment.Merchants(ctx, s.db.Reader(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	out := &statementsOut{page.List[statementJSON]{Items: []statementJSON{}, Next: list.Next}}
	for i := range list.Items {
		out.Body.Items = append(out.Body.Items, s.statementJSON(&list.Items[i], known))
	}
	return out, nil
}

func (s *Service) apiStatement(ctx context.Context, _ actor.Actor, in *struct {
	Project   id.ID `path:"project"`
	Statement id.ID `path:"statement" doc:"一天的对账"`
}) (*statementOut, error) {
	st, err := s.Statement(ctx, in.Project, in.Statement)
	if err != nil {
		return nil, err
	}
	if st.State == StatementRunning {
		if err := sumStatement(ctx, s.db.Reader(ctx), in.Project, &st); err != nil {
			return nil, err
		}
	}
	return s.statementOut(ctx, in.Project, &st)
}

func (s *Service) apiReconcile(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Channel  string     `json:"channel" enum:"wechat,alipay" doc:"收款渠道：wechat 微信支付，alipay 支付宝"`
		Merchant *id.ID     `json:"merchant_id,omitempty" doc:"哪个商户的账单；不填为渠道的所有商户，答默认商户的"`
		Day      clock.Date `json:"day" doc:"账单日，最晚昨天（10 点以后）"`
	}
}) (*statementOut, error) {
	var st Statement
	var err error
	if in.Body.Merchant != nil {
		st, err = s.ReconcileOf(ctx, who, in.Project, *in.Body.Merchant, in.Body.Day)
	} else {
		st, err = s.Reconcile(ctx, who, in.Project, in.Body.Channel, in.Body.Day)
	}
	if err != nil {
		return nil, err
	}
	return s.statementOut(ctx, in.Project, &st)
}

type remedyJSON struct {
	Remedy string `json:"remedy" enum:"credit,suspend,returned,hold" doc:"credit 补记到账，suspend 登记为待查，returned 确认由渠道退回，hold 挂账待查"`
	Name   string `json:"name"`
	Note   bool   `json:"needs_note" doc:"要写明情况"`
}

type differenceJSON struct {
	ID          id.ID        `json:"id"`
	Statement   id.ID        `json:"statement_id"`
	Day         clock.Date   `json:"day" doc:"账单日"`
	ChannelName string       `json:"channel_name"`
	Kind        string       `json:"kind" enum:"uncredited,unknown,missing,amount,state,refund,refund_missing,refund_amount,fee" doc:"差异种类"`
	KindName    string       `json:"kind_name"`
	Transaction string       `json:"transaction_id" doc:"渠道的交易号"`
	Refund      string       `json:"refund_id" doc:"渠道的退款单号"`
	Number      string       `json:"number" doc:"商户订单号"`
	Order       id.ID        `json:"order_id"`
	RoomLabel   string       `json:"room_label" doc:"房间，没有这笔订单时为空"`
	There       int64        `json:"there" doc:"渠道账单的金额，分；手续费不符时单位为 0.00001 元"`
	Here        int64        `json:"here" doc:"这里的金额，分；手续费不符时单位为 0.00001 元"`
	Words       string       `json:"words" doc:"渠道写的交易状态"`
	At          time.Time    `json:"at" doc:"渠道的交易时间"`
	State       string       `json:"state" enum:"open,done,gone" doc:"open 待处理，done 已处理，gone 重新对账后没有了"`
	Remedy      string       `json:"remedy" doc:"怎么处理的"`
	RemedyName  string       `json:"remedy_name"`
	Note        string       `json:"note"`
	DoneName    string       `json:"done_name"`
	DoneAt      *time.Time   `json:"done_at,omitempty"`
	Remedies    []remedyJSON `json:"remedies" nullable:"false" doc:"可以怎么处理"`
}

func (s *Service) differenceJSON(d *Difference) differenceJSON {
	j := differenceJSON{ID: d.ID, Statement: d.Statement, Day: d.Day, ChannelName: s.payment.ChannelName(d.Channel), Kind: string(d.Kind), KindName: d.Kind.Words(),
		Transaction: d.Transaction, Refund: d.Refund, Number: d.Number, Order: d.Order, RoomLabel: d.RoomLabel, There: d.There, Here: d.Here, Words: d.Words,
		At: d.At.In(clock.Shanghai()), State: string(d.State), Remedy: string(d.Remedy), RemedyName: d.Remedy.Words(), Note: d.Note, DoneName: d.DoneName,
		DoneAt: shanghai(d.DoneAt), Remedies: []remedyJSON{}}
	if d.State == DifferenceOpen {
		for _, r := range d.Kind.Remedies() {
			j.Remedies = append(j.Remedies, remedyJSON{string(r), r.Words(), r.needsNote()})
		}
	}
	return j
}

type differencesIn struct {
	Project id.ID `path:"project"`
	page.Request
	Statement id.ID  `query:"statement_id" doc:"只看这一天"`
	State     string `query:"state" enum:"open,done,gone" doc:"不填为全部"`
	Kind      string `query:"kind" enum:"uncredited,unknown,missing,amount,state,refund,refund_missing,refund_amount,fee" doc:"不填为全部"`
	Count     bool   `query:"count" doc:"true 时给出全部结果的合计"`
}

type differenceSumsJSON struct {
	Count     int64     `json:"count" doc:"全部结果的条数"`
	Fees      int64     `json:"fees" doc:"其中手续费的条数，不在下面的金额里"`
	There     money.Fen `json:"there" doc:"收款差异的渠道金额合计，分"`
	Here      money.Fen `json:"here" doc:"收款差异的系统金额合计，分"`
	BackThere money.Fen `json:"back_there" doc:"退款差异的渠道金额合计，分"`
	BackHere  money.Fen `json:"back_here" doc:"退款差异的系统金额合计，分"`
}

type differencesOut struct {
	Body struct {
		page.List[differenceJSON]
		Totals *differenceSumsJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
	}
}

func (s *Service) apiDifferences(ctx context.Context, _ actor.Actor, in *differencesIn) (*differencesOut, error) {
	f := DifferenceFilter{Request: in.Request, Statement: in.Statement, State: DifferenceState(in.State), Kind: DifferenceKind(in.Kind)}
	list, err := s.Differences(ctx, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := &differencesOut{}
	out.Body.Items, out.Body.Next = []differenceJSON{}, list.Next
	for i := range list.Items {
		out.Body.Items = append(out.Body.Items, s.differenceJSON(&list.Items[i]))
	}
	if in.Count {
		sums, err := s.DifferenceTotal(ctx, in.Project, f)
		if err != nil {
			return nil, err
		}
		out.Body.Totals = &differenceSumsJSON{sums.Count, sums.Fees, sums.There, sums.Here, sums.BackThere, sums.BackHere}
	}
	return out, nil
}

func (s *Service) apiSettle(ctx context.Context, who actor.Actor, in *struct {
	Project    id.ID `path:"project"`
	Difference id.ID `path:"difference" doc:"一处差异"`
	Body       struct {
		Remedy string `json:"remedy" enum:"credit,suspend,returned,hold" doc:"怎么处理，见差异的 remedies"`
		Note   string `json:"note,omitempty" maxLength:"200" doc:"情况说明；确认退回和挂账必填"`
	}
}) (*struct{ Body differenceJSON }, error) {
	d, err := s.Settle(ctx, who, in.Project, in.Difference, Remedy(in.Body.Remedy), in.Body.Note)
	if err != nil {
		return nil, err
	}
	return &struct{ Body differenceJSON }{s.differenceJSON(&d)}, nil
}
