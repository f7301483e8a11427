package adjust

import (
	"context"
	"net/http"
	"time"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	web.Handle(w, web.Op{ID: "adjustment-list", Method: http.MethodGet, Path: in + "/adjustments", Tag: "adjust", Permission: billing.PermRead,
		Summary: "单笔收费单和应收红冲单，新的在前"}, s.apiList)
	web.Handle(w, web.Op{ID: "single-charge", Method: http.MethodPost, Path: in + "/single-charges", Tag: "adjust", Status: http.StatusCreated,
		Permission: PermCharge, Summary: "给一间房收一笔费用，立即成为应收；一次性以外的费用要有发布账单的权限"}, s.apiCharge)
	web.Handle(w, web.Op{ID: "red-charge", Method: http.MethodPost, Path: in + "/charges/{charge}/red", Tag: "adjust", Status: http.StatusCreated,
		Permission: billing.PermRelease, Summary: "红冲一笔已发布、没收过款的费用，开红冲单，今天记账"}, s.apiRed)
}

type docJSON struct {
	ID       id.ID       `json:"id"`
	Kind     string      `json:"kind" enum:"charge,red" doc:"charge 单笔收费，red 应收红冲"`
	Number   string      `json:"number" doc:"单号"`
	Charge   id.ID       `json:"charge_id"`
	Room     id.ID       `json:"room_id"`
	Label    string      `json:"room_label"`
	Item     id.ID       `json:"item_id"`
	ItemName string      `json:"item_name"`
	Month    clock.Month `json:"month" doc:"账期"`
	Amount   money.Fen   `json:"amount" doc:"收或冲回多少，分"`
	Again    bool        `json:"again" doc:"红冲后，这个月再出账时重新收"`
	Reason   string      `json:"reason"`
	Proof    string      `json:"proof" doc:"依据"`
	Date     clock.Date  `json:"date" doc:"记账日期"`
	By       string      `json:"by"`
	At       time.Time   `json:"at"`
}

func (s *Service) rows(ctx context.Context, q db.Q, project id.ID, list []Doc) ([]docJSON, error) {
	rooms := make([]id.ID, len(list))
	for i := range list {
		rooms[i] = list[i].Room
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	out := make([]docJSON, len(list))
	for i := range list {
		d := &list[i]
		out[i] = docJSON{d.ID, string(d.Kind), d.Number, d.Charge, d.Room, labels[d.Room], d.Item, d.ItemName, d.Month, d.Amount, d.Again, d.Reason, d.Proof, d.Date,
			d.ByName, d.At.In(clock.Shanghai())}
	}
	return out, nil
}

type listOut struct{ Body page.List[docJSON] }

func (s *Service) apiList(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Kind string `query:"kind" enum:"charge,red" doc:"不填为全部"`
	Room id.ID  `query:"room_id" doc:"只看一间房的"`
}) (*listOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.List(ctx, q, in.Project, Filter{in.Request, Kind(in.Kind), in.Room})
	if err != nil {
		return nil, err
	}
	rows, err := s.rows(ctx, q, in.Project, l.Items)
	return &listOut{page.List[docJSON]{Items: rows, Next: l.Next}}, err
}

type docOut struct{ Body docJSON }

func (s *Service) answer(ctx context.Context, project id.ID, fn func(tx *db.Tx) (Doc, error)) (*docOut, error) {
	out := &docOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		d, err := fn(tx)
		if err != nil {
			return err
		}
		list, err := s.rows(ctx, tx, project, []Doc{d})
		if err == nil {
			out.Body = list[0]
		}
		return err
	})
	return out, err
}

func (s *Service) apiCharge(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Room   id.ID       `json:"room_id"`
		Item   id.ID       `json:"item_id" doc:"费用项目"`
		Month  clock.Month `json:"month" doc:"账期，最晚到下个月"`
		Due    clock.Date  `json:"due_date,omitempty" doc:"到期日；不填按费用项目的到期日，最早今天"`
		Amount money.Fen   `json:"amount" minimum:"1" doc:"分"`
		Reason string      `json:"reason" minLength:"2" maxLength:"200" doc:"住户问起时照此解释"`
		Proof  string      `json:"proof,omitempty" maxLength:"200" doc:"依据"`
	}
}) (*docOut, error) {
	b := &in.Body
	return s.answer(ctx, in.Project, func(tx *db.Tx) (Doc, error) {
		return s.Charge(ctx, tx, who, in.Project, billing.Single{Room: b.Room, Item: b.Item, Month: b.Month, Due: b.Due, Amount: b.Amount}, b.Reason, b.Proof)
	})
}

func (s *Service) apiRed(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Charge  id.ID `path:"charge"`
	Body    struct {
		Seen   money.Fen `json:"seen_amount" doc:"页面上看到的应收，分；变了就不做"`
		Again  bool      `json:"again,omitempty" doc:"true 时，这个月再出账会按那时的资料重新收；不填则不再收"`
		Reason string    `json:"reason" minLength:"2" maxLength:"200"`
		Proof  string    `json:"proof,omitempty" maxLength:"200" doc:"依据"`
	}
}) (*docOut, error) {
	b := &in.Body
	return s.answer(ctx, in.Project, func(tx *db.Tx) (Doc, error) {
		return s.Red(ctx, tx, who, in.Project, in.Charge, b.Seen, b.Again, b.Reason, b.Proof)
	})
}
