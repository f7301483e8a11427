package screen

import (
	"context"
	"time"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type collectionShape struct {
	Month     clock.Month `json:"month"`
	Due       money.Fen   `json:"due" doc:"当期应收，分"`
	Paid      money.Fen   `json:"paid" doc:"当期实收，分"`
	Rooms     int         `json:"rooms" doc:"有应收的房屋数"`
	PaidRooms int         `json:"paid_rooms" doc:"其中已缴清的房屋数"`
}

type point struct {
	Day  int `json:"day"`
	Rate int `json:"rate" doc:"到当天为止的收缴率，万分之几"`
}

type bucket struct {
	Name   string    `json:"name"`
	Amount money.Fen `json:"amount"`
	Rooms  int       `json:"rooms"`
}

type methodSum struct {
	Method string    `json:"method"`
	Name   string    `json:"method_name"`
	Count  int       `json:"count"`
	Amount money.Fen `json:"amount"`
}

type takingsShape struct {
	Receipts int         `json:"receipts"`
	Income   money.Fen   `json:"income" doc:"实收，分，不含预存抵扣"`
	Voided   int         `json:"voided"`
	Methods  []methodSum `json:"methods" nullable:"false"`
}

type draftRun struct {
	ID     id.ID       `json:"id"`
	Month  clock.Month `json:"month"`
	State  string      `json:"state"`
	Lines  int64       `json:"lines"`
	Amount money.Fen   `json:"amount"`
	Faults int64       `json:"faults"`
	At     time.Time   `json:"created_at"`
}

type homeBody struct {
	Today        clock.Date      `json:"today"`
	Project      string          `json:"project_name"`
	Buildings    []string        `json:"buildings" nullable:"false" doc:"权限只限于部分楼栋时是这些楼栋的名称，下面只算它们；否则没有"`
	Rooms        int             `json:"rooms"`
	Collection   collectionShape `json:"collection" doc:"当期收缴：当期实收 ÷ 当期应收，不含往期与预存"`
	Last         collectionShape `json:"last_collection"`
	Curve        []point         `json:"curve" nullable:"false"`
	LastCurve    []point         `json:"last_curve" nullable:"false"`
	Overdue      money.Fen       `json:"overdue" doc:"逾期未缴，分"`
	OverdueRooms int             `json:"overdue_rooms"`
	NotDue       money.Fen       `json:"not_due" doc:"未到期未缴，分"`
	Ageing       []bucket        `json:"ageing" nullable:"false" doc:"逾期账龄，新的在前"`
	Takings      takingsShape    `json:"takings" doc:"今天全项目柜台"`
	Mine         takingsShape    `json:"my_takings" doc:"今天本人"`
	Drafts       []draftRun      `json:"drafts" nullable:"false" doc:"待审核的出账"`
}

type homeOutput struct{ Body homeBody }

func (s *Service) readHome(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*homeOutput, error) {
	h, err := s.Home(ctx, who, in.Project)
	if err != nil {
		return nil, err
	}
	out := &homeOutput{Body: homeBody{Today: h.Today, Project: h.Project, Buildings: append([]string{}, h.Buildings...), Rooms: h.Rooms, Collection: collectionShape(h.Collection), Last: collectionShape(h.Last),
		Curve: points(h.Curve), LastCurve: points(h.LastCurve), Overdue: h.Ageing.Overdue, OverdueRooms: h.Ageing.OverdueRooms,
		NotDue: h.Ageing.NotDue.Amount, Ageing: []bucket{}, Takings: shownTakings(h.Takings), Mine: shownTakings(h.Mine), Drafts: []draftRun{}}}
	for _, x := range h.Ageing.Buckets {
		out.Body.Ageing = append(out.Body.Ageing, bucket(x))
	}
	for _, r := range h.Drafts {
		out.Body.Drafts = append(out.Body.Drafts, shownDraft(&r))
	}
	return out, nil
}

func points(list []Point) []point {
	out := make([]point, len(list))
	for i, p := range list {
		out[i] = point(p)
	}
	return out
}

func shownTakings(t cashier.Takings) takingsShape {
	out := takingsShape{Receipts: t.Receipts, Income: t.Income, Voided: t.Voided, Methods: []methodSum{}}
	for _, m := range t.Methods {
		out.Methods = append(out.Methods, methodSum{Method: string(m.Method), Name: m.Method.Name(), Count: m.Receipts, Amount: m.Amount})
	}
	return out
}

func shownDraft(r *billing.Run) draftRun {
	return draftRun{ID: r.ID, Month: r.Month, State: string(r.State), Lines: r.Lines, Amount: r.Amount, Faults: r.Faults, At: r.CreatedAt}
}
