package billing

import (
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

type chargeJSON struct {
	ID        id.ID       `json:"id"`
	Run       id.ID       `json:"run_id"`
	Item      id.ID       `json:"item_id"`
	ItemName  string      `json:"item_name"`
	Room      id.ID       `json:"room_id"`
	Label     string      `json:"room_label" doc:"如 3栋2单元1502"`
	Payer     id.ID       `json:"payer_id" doc:"谁交费；不明则为空"`
	PayerName string      `json:"payer_name"`
	Month     clock.Month `json:"month" doc:"账期"`
	Amount    money.Fen   `json:"amount" doc:"应收，分"`
	Paid      money.Fen   `json:"paid" doc:"已收，分"`
	Waived    money.Fen   `json:"waived" doc:"已减免，分"`
	Credited  money.Fen   `json:"credited" doc:"算多了、由补差减收或退进预存的，分；不在已减免、已收里"`
	Owed      money.Fen   `json:"owed" doc:"未收，分"`
	LateFee   money.Fen   `json:"late_fee" doc:"到今天还可收的违约金，分；不在未收里"`
	Due       clock.Date  `json:"due_date" doc:"到期日"`
	DaysOver  int         `json:"days_over" doc:"逾期几天，未逾期为 0"`
	State     string      `json:"state" enum:"unpaid,partial,overdue,paid" doc:"待缴、部分已缴、逾期、已缴"`
	Hold      string      `json:"hold" enum:"normal,held,dropped" doc:"正常、暂缓、不收"`
	Corrected bool        `json:"corrected" doc:"人工更正过"`
}

func toCharge(c *Charge, today clock.Date, labels, names map[id.ID]string) (chargeJSON, error) {
	d, err := decodeDetail(c.detail)
	back := c.Back()
	out := chargeJSON{ID: c.ID, Run: c.Run, Item: c.Item, ItemName: c.ItemName, Room: c.Subject, Label: labels[c.Subject], Payer: c.Payer,
		PayerName: names[c.Payer], Month: c.Month, Amount: c.Amount, Paid: c.Paid - c.Waived - back, Waived: c.Waived - c.Credited, Credited: c.Credited + back, Owed: c.Owed(), Due: c.Due, State: string(Unpaid),
		Hold: c.Hold.word()}
	if err != nil {
		return out, fmt.Errorf("charge %s: %w", c.ID, err)
	}
	out.Corrected = d.reason != ""
	switch {
	case c.Owed() == 0:
		out.State = string(Paid)
	case c.Due < today:
		out.State, out.DaysOver = string(Overdue), today.Sub(c.Due)
	case c.Paid > 0:
		out.State = string(Partly)
	}
	return out, nil
}

// named gives charges the names of their rooms and payers.
func (s *Service) named(ctx context.Context, q db.Q, project id.ID, list []Charge) ([]chargeJSON, error) {
	rooms, people := make([]id.ID, 0, len(list)), make([]id.ID, 0, len(list))
	for i := range list {
		rooms = append(rooms, list[i].Subject)
		if list[i].Payer != 0 {
			people = append(people, list[i].Payer)
		}
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	names, err := s.estate.PersonNames(ctx, q, project, people)
	if err != nil {
		return nil, err
	}
	out := make([]chargeJSON, len(list))
	for i := range list {
		if out[i], err = toCharge(&list[i], s.today(), labels, names); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type listChargesIn struct {
	Project id.ID `path:"project"`
	page.Request
	Text     string    `query:"q" maxLength:"60" doc:"房号、姓名、手机号、拼音"`
	Room     id.ID     `query:"room_id" doc:"房屋"`
	Building id.ID     `query:"building_id" doc:"楼栋"`
	Item     id.ID     `query:"item_id" doc:"费用项目"`
	Run      id.ID     `query:"run_id" doc:"哪次出账"`
	From     web.Month `query:"from_month" example:"2026-01" doc:"账期从"`
	Until    web.Month `query:"until_month" example:"2026-11" doc:"账期到"`
	States   []string  `query:"state" enum:"unpaid,partial,overdue,paid,open" doc:"待缴、部分已缴、逾期、已缴、未缴清；可选多个，用逗号隔开"`
	DaysOver int       `query:"days_over" minimum:"0" maximum:"36500" doc:"逾期超过几天"`
	DueFrom  web.Date  `query:"due_from" doc:"应缴日从，含"`
	DueUntil web.Date  `query:"due_until" doc:"应缴日到，含"`
	Count    bool      `query:"count" doc:"true 时给出全部结果的合计"`
}

type chargeListOut struct {
	Body struct {
		page.List[chargeJSON]
		Totals *totalsJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
	}
}

type totalsJSON struct {
	Count    int64     `json:"count" doc:"条数"`
	Amount   money.Fen `json:"amount" doc:"应收，分"`
	Paid     money.Fen `json:"paid" doc:"已收，分"`
	Waived   money.Fen `json:"waived" doc:"已减免，分"`
	Credited money.Fen `json:"credited" doc:"补差减收，分"`
	Owed     money.Fen `json:"owed" doc:"未收，分"`
}

func (s *Service) listChargesAPI(ctx context.Context, who actor.Actor, in *listChargesIn) (*chargeListOut, error) {
	q := s.db.Reader(ctx)
	f := Filter{Request: in.Request, Item: in.Item, Run: in.Run, From: in.From.Month, Until: in.Until.Month, DaysOver: in.DaysOver, DueFrom: in.DueFrom.Date, DueUntil: in.DueUntil.Date, Today: s.today()}
	for _, x := range in.States {
		f.States = append(f.States, PayState(x))
	}
	var err error
	if f.Rooms, err = s.roomsFor(ctx, q, in, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	l, err := s.Charges(ctx, q, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := &chargeListOut{}
	out.Body.Next = l.Next
	if out.Body.Items, err = s.named(ctx, q, in.Project, l.Items); err != nil {
		return nil, err
	}
	if err := s.withLate(ctx, q, in.Project, out.Body.Items); err != nil || !in.Count {
		return out, err
	}
	t, err := s.Count(ctx, q, in.Project, f)
	out.Body.Totals = &totalsJSON{t.Count, t.Amount, t.Paid - t.Waived, t.Waived - t.Credited, t.Credited, t.Amount - t.Paid}
	return out, err
}

// roomsFor turns the filters that only estate understands, and the limit to
// buildings, into rooms; nil means all.
func (s *Service) roomsFor(ctx context.Context, q db.Q, in *listChargesIn, within actor.Buildings) ([]id.ID, error) {
	if in.Building != 0 {
		if !within.Has(in.Building) {
			return []id.ID{}, nil
		}
		within = actor.Buildings{in.Building}
	}
	var rooms []id.ID
	if in.Room != 0 {
		rooms = []id.ID{in.Room}
	}
	if in.Text != "" {
		hits, err := s.estate.SearchWithin(ctx, in.Project, in.Text, 50, within)
		if err != nil {
			return nil, err
		}
		found := []id.ID{}
		for _, h := range hits {
			if h.Room != 0 && (in.Room == 0 || in.Room == h.Room) {
				found = append(found, h.Room)
			}
		}
		rooms = found
	}
	if within.Whole() {
		return rooms, nil
	}
	filter := estate.RoomFilter{Buildings: within, Rooms: rooms}
	inside := []id.ID{}
	if len(within) == 0 || rooms != nil && len(rooms) == 0 {
		return inside, nil
	}
	err := s.estate.StreamRooms(ctx, q, in.Project, filter, func(r *estate.BillingRoom) error {
		inside = append(inside, r.ID)
		return nil
	})
	return inside, err
}

type chargeIn struct {
	Project id.ID `path:"project"`
	Charge  id.ID `path:"charge"`
}

type explanationOut struct {
	Body struct {
		Title     string      `json:"title" doc:"如 物业服务费 2026-11"`
		Lines     []string    `json:"lines" nullable:"false" doc:"一步一步怎么算的"`
		Formula   string      `json:"formula"`
		Quantity  money.Qty   `json:"quantity" doc:"数量，万分之一"`
		Price     money.Price `json:"price" doc:"单价，百万分之一元"`
		PriceUnit string      `json:"price_unit" doc:"如 元/㎡·月"`
		Source    string      `json:"source" doc:"单价的依据"`
		Rounding  string      `json:"rounding" doc:"如 四舍五入到分"`
		Computed  money.Fen   `json:"computed" doc:"算出来的金额，分"`
		Gross     money.Fen   `json:"gross" doc:"优惠前，分；没有优惠时与算出来的相同"`
		Amount    money.Fen   `json:"amount" doc:"应收，分；只有人工更正过才与算出来的不同"`
	}
}

func (s *Service) explainAPI(ctx context.Context, who actor.Actor, in *chargeIn) (*explanationOut, error) {
	if within := who.Within(PermRead, in.Project); !within.Whole() {
		c, err := s.Charge(ctx, s.db.Reader(ctx), in.Project, in.Charge)
		if err == nil {
			_, err = s.estate.RoomWithin(ctx, s.db.Reader(ctx), in.Project, c.Subject, within)
		}
		if err != nil {
			return nil, fault.ErrNotFound.Because(err)
		}
	}
	e, err := s.Explain(ctx, s.db.Reader(ctx), in.Project, in.Charge)
	if err != nil {
		return nil, err
	}
	out := &explanationOut{}
	b := &out.Body
	b.Title, b.Lines, b.Formula, b.Quantity, b.Price, b.PriceUnit = e.Title, e.Lines, e.Formula, e.Quantity, e.Price, e.Unit
	b.Source, b.Rounding, b.Computed, b.Gross, b.Amount = e.Source, e.Rounding, e.Computed, e.Gross, e.Amount
	return out, nil
}

func (s *Service) today() clock.Date { return clock.DateOf(s.db.Clock().Now()) }
