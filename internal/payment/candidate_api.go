package payment

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

type candidateJSON struct {
	ID            id.ID      `json:"id"`
	Channel       string     `json:"channel" doc:"收款渠道"`
	Transaction   string     `json:"transaction_id" doc:"渠道的交易号"`
	Number        string     `json:"number" doc:"商户订单号"`
	Room          id.ID      `json:"room_id"`
	RoomLabel     string     `json:"room_label" doc:"房间，没有这笔订单时为空"`
	PayerName     string     `json:"payer_name"`
	Receipt       id.ID      `json:"receipt_id" doc:"这笔钱的收据；没有这笔订单时为空"`
	ReceiptNumber string     `json:"receipt_number"`
	Amount        money.Fen  `json:"amount" doc:"多收的金额，分；已存入预存"`
	Why           string     `json:"why" enum:"amount,late,second,unknown" doc:"amount 金额与订单不符，late 订单关闭后才付款，second 重复付款，unknown 没有这笔订单"`
	WhyName       string     `json:"why_name"`
	State         string     `json:"state" enum:"open,done" doc:"open 待处理，done 已处理"`
	Note          string     `json:"note" doc:"怎么处理的"`
	DoneName      string     `json:"done_name"`
	DoneAt        *time.Time `json:"done_at,omitempty"`
	At            time.Time  `json:"at" doc:"发现的时间"`
	Application   id.ID      `json:"application_id" doc:"在办的退款申请，没有为空"`
	Original      bool       `json:"original" doc:"渠道可以原路退回"`
}

func (s *Service) candidateJSON(c *Candidate) candidateJSON {
	j := candidateJSON{ID: c.ID, Channel: c.Channel, Transaction: c.Transaction, Number: c.Number, Room: c.Room, RoomLabel: c.RoomLabel, PayerName: c.PayerName,
		Receipt: c.Receipt, ReceiptNumber: c.ReceiptNumber, Amount: c.Amount, Why: string(c.Why), WhyName: c.Why.Words(), State: string(c.State), Note: c.Note,
		DoneName: c.DoneName, Application: c.Application, Original: s.CanRefund(c.Channel), At: c.At.In(clock.Shanghai())}
	if !c.DoneAt.IsZero() {
		at := c.DoneAt.In(clock.Shanghai())
		j.DoneAt = &at
	}
	return j
}

func (s *Service) apiCandidates(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"open,done" doc:"open 待处理，done 已处理；不填为全部"`
}) (*struct{ Body page.List[candidateJSON] }, error) {
	list, err := s.Candidates(ctx, in.Project, CandidateFilter{Request: in.Request, State: CandidateState(in.State)})
	if err != nil {
		return nil, err
	}
	out := page.List[candidateJSON]{Items: []candidateJSON{}, Next: list.Next}
	for i := range list.Items {
		out.Items = append(out.Items, s.candidateJSON(&list.Items[i]))
	}
	return &struct {
		Body page.List[candidateJSON]
	}{out}, nil
}

func (s *Service) apiHandleCandidate(ctx context.Context, who actor.Actor, in *struct {
	Project   id.ID `path:"project"`
	Candidate id.ID `path:"candidate"`
	Body      struct {
		Note string `json:"note" minLength:"1" maxLength:"200" doc:"怎么处理的，如 业主同意留作预存"`
	}
}) (*struct{ Body candidateJSON }, error) {
	c, err := s.HandleCandidate(ctx, who, in.Project, in.Candidate, in.Body.Note)
	if err != nil {
		return nil, err
	}
	return &struct{ Body candidateJSON }{s.candidateJSON(&c)}, nil
}
