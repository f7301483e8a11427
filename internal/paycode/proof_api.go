package paycode

import (
	"context"
	"net/http"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
)

func (s *Service) proofRoutes(w *web.Server) {
	web.Handle(w, web.Op{ID: "receipt-proof", Method: http.MethodGet, Path: "/receipt-proofs/{token}", Tag: "paycode", Public: true,
		Summary: "凭收据上的验真码查这张收据是不是真的、作废或红冲没有；口令里含项目"}, s.apiProof)
}

type proofJSON struct {
	Company  string    `json:"company" doc:"物业公司"`
	Project  string    `json:"project" doc:"小区"`
	Phone    string    `json:"phone" doc:"服务电话，没有填写为空"`
	Number   string    `json:"number" doc:"收据编号"`
	At       time.Time `json:"at" doc:"开收据的时间"`
	Amount   money.Fen `json:"amount" doc:"收据金额，分；红字收据为负"`
	Upper    string    `json:"upper" doc:"大写金额"`
	Payer    string    `json:"payer" doc:"交款人，打码；没有登记为空"`
	State    string    `json:"state" enum:"valid,void,red,reversed" doc:"valid 有效，void 已作废，red 红字收据，reversed 已整张红冲"`
	Other    string    `json:"other_number" doc:"冲销它的红字收据，或红字收据冲的那一张；没有为空"`
	Refunded money.Fen `json:"refunded" doc:"这张收据已退的部分，分"`
	ReadAt   time.Time `json:"read_at" doc:"查验时间"`
}

func (s *Service) apiProof(ctx context.Context, who actor.Actor, in *struct {
	Token string `path:"token" maxLength:"80" doc:"收据二维码里的口令，含项目"`
}) (*struct{ Body proofJSON }, error) {
	p, err := s.Proof(ctx, who, in.Token)
	if err != nil {
		return nil, err
	}
	return &struct{ Body proofJSON }{proofJSON{Company: p.Company, Project: p.Project, Phone: p.Phone, Number: p.Number, At: p.At.In(clock.Shanghai()), Amount: p.Amount,
		Upper: money.Upper(p.Amount), Payer: p.Payer, State: p.State, Other: p.Other, Refunded: p.Refunded, ReadAt: p.ReadAt.In(clock.Shanghai())}}, nil
}
