package screen

import (
	"context"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type householdRoom struct {
	ID       id.ID      `json:"id"`
	Label    string     `json:"label" doc:"如 3栋2单元1502"`
	Kind     string     `json:"kind_name" doc:"房屋类型"`
	State    string     `json:"state_name" doc:"房屋状态"`
	Area     string     `json:"area" doc:"建筑面积，㎡"`
	Layout   string     `json:"layout"`
	Handover clock.Date `json:"handover" doc:"交付日期"`
	Owed     money.Fen  `json:"owed" doc:"当前欠费，分"`
	Overdue  money.Fen  `json:"overdue" doc:"其中已逾期，分"`
	Tags     []string   `json:"tags" nullable:"false" doc:"标签，只有打开的这间房有"`
}

type householdPerson struct {
	ID        id.ID      `json:"id"`
	Name      string     `json:"name"`
	Company   bool       `json:"company" doc:"是单位"`
	Gender    string     `json:"gender"`
	PhoneMask string     `json:"phone_mask"`
	IDMask    string     `json:"id_mask"`
	Email     string     `json:"email"`
	Part      string     `json:"part_name" doc:"业主、家属、租户…"`
	Since     clock.Date `json:"since" doc:"从什么时候起"`
	Payer     bool       `json:"payer" doc:"由此人缴费"`
	Occupant  id.ID      `json:"occupant_id"`
	Tags      []string   `json:"tags" nullable:"false" doc:"标签"`
}

type openCharge struct {
	ID        id.ID       `json:"id"`
	Room      id.ID       `json:"room_id"`
	Item      string      `json:"item_name"`
	Month     clock.Month `json:"month"`
	Due       clock.Date  `json:"due_date"`
	DaysLate  int         `json:"days_late" doc:"逾期天数，未逾期为 0"`
	Amount    money.Fen   `json:"amount" doc:"应收，分"`
	Paid      money.Fen   `json:"paid" doc:"已收，分"`
	Owed      money.Fen   `json:"owed" doc:"未收，分"`
	LateFee   money.Fen   `json:"late_fee" doc:"到今天还可收的违约金，分；不在未收里"`
	RoomLabel string      `json:"room_label"`
}

type event struct {
	Kind   string    `json:"kind" enum:"receipt,void,overdue,dunning,message,change,amended"`
	At     time.Time `json:"at"`
	Title  string    `json:"title"`
	Text   string    `json:"text"`
	By     string    `json:"by" doc:"谁"`
	Amount money.Fen `json:"amount" doc:"分；退回为负"`
	Ref    id.ID     `json:"receipt_id" doc:"收据编号，没有则为空"`
}

type itemSum struct {
	Item   string    `json:"item_name"`
	Amount money.Fen `json:"amount"`
}

type asideSum struct {
	Item   id.ID     `json:"item_id"`
	Name   string    `json:"item_name"`
	Amount money.Fen `json:"amount" doc:"余额，分"`
}

type formerDebt struct {
	Payer   id.ID     `json:"payer_id"`
	Name    string    `json:"payer_name"`
	Owed    money.Fen `json:"owed" doc:"欠费，分"`
	Count   int       `json:"count" doc:"几笔"`
	Prepaid money.Fen `json:"prepaid" doc:"他在这间房的预存，分"`
}

type householdBody struct {
	Room       householdRoom     `json:"room"`
	PayerID    id.ID             `json:"payer_id" doc:"没有登记缴费人则为空"`
	PayerName  string            `json:"payer_name"`
	People     []householdPerson `json:"people" nullable:"false"`
	Rooms      []householdRoom   `json:"rooms" nullable:"false" doc:"同一缴费人名下全部房屋"`
	Owed       money.Fen         `json:"owed" doc:"当前欠费，分"`
	Overdue    money.Fen         `json:"overdue" doc:"其中已逾期，分"`
	Prepaid    money.Fen         `json:"prepaid" doc:"预存余额，分"`
	Aside      []asideSum        `json:"prepaid_for" nullable:"false" doc:"其中的专用预存，按费用"`
	Year       int               `json:"year"`
	PaidYear   money.Fen         `json:"paid_year" doc:"今年已缴，分，不含存入预存"`
	Receipts   int               `json:"receipts_year" doc:"今年有效收据张数"`
	PaidByItem []itemSum         `json:"paid_by_item" nullable:"false"`
	Open       []openCharge      `json:"open" nullable:"false" doc:"未缴清的费用，先到期的在前"`
	Former     []formerDebt      `json:"former" nullable:"false" doc:"已不在这几间房的人留下的欠费和预存"`
	Transfers  []transferJSON    `json:"transfers" nullable:"false" doc:"过户记录，新的在前"`
	Timeline   []event           `json:"timeline" nullable:"false" doc:"往来，新的在前"`
	Today      clock.Date        `json:"today"`
}

type householdOutput struct{ Body householdBody }

func (s *Service) readHousehold(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
}) (*householdOutput, error) {
	h, err := s.Household(ctx, who, in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	out := &householdOutput{Body: householdBody{Owed: h.Owed, Overdue: h.Overdue, Prepaid: h.Prepaid, Year: h.Year, PaidYear: h.PaidYear,
		Receipts: h.Receipts, Today: h.Today, People: []householdPerson{}, Rooms: []householdRoom{}, PaidByItem: []itemSum{},
		Open: []openCharge{}, Timeline: []event{}, Former: []formerDebt{}, Aside: []asideSum{}, Transfers: []transferJSON{}}}
	b := &out.Body
	if h.Payer != nil {
		b.PayerID, b.PayerName = h.Payer.ID, h.Payer.Name
	}
	labels := map[id.ID]string{}
	for _, r := range h.Rooms {
		x := shownRoom(r, h.Tags[r.ID])
		labels[r.ID] = r.Label
		b.Rooms = append(b.Rooms, x)
		if r.ID == h.Room.ID {
			b.Room = x
		}
	}
	for _, o := range h.People {
		p := o.Person
		b.People = append(b.People, householdPerson{ID: p.ID, Name: p.Name, Company: p.Kind == estate.KindCompany, Gender: p.Gender, PhoneMask: p.PhoneMask,
			IDMask: p.IDMask, Email: p.Email, Part: estate.Parts().Chinese(o.Part), Since: o.Since, Payer: p.ID == h.Room.Payer, Occupant: o.ID, Tags: tagNames(h.Tags[p.ID])})
	}
	for _, x := range h.PaidByItem {
		b.PaidByItem = append(b.PaidByItem, itemSum(x))
	}
	for _, a := range h.Aside {
		b.Aside = append(b.Aside, asideSum(a))
	}
	for i := range h.Open {
		c := &h.Open[i]
		b.Open = append(b.Open, openCharge{ID: c.ID, Room: c.Subject, RoomLabel: labels[c.Subject], Item: c.ItemName, Month: c.Month, Due: c.Due,
			DaysLate: max(0, h.Today.Sub(c.Due)), Amount: c.Amount, Paid: c.Paid - c.Waived, Owed: c.Owed(), LateFee: h.Late[c.ID]})
	}
	for _, f := range h.Former {
		b.Former = append(b.Former, formerDebt{f.Payer, f.Name, f.Owed, f.Count, f.Prepaid})
	}
	for i := range h.Transfers {
		b.Transfers = append(b.Transfers, toTransfer(&h.Transfers[i]))
	}
	for _, e := range h.Timeline {
		b.Timeline = append(b.Timeline, event(e))
	}
	return out, nil
}

func shownRoom(r HouseholdRoom, tags []estate.Tag) householdRoom {
	return householdRoom{ID: r.ID, Label: r.Label, Kind: estate.RoomKinds().Chinese(r.Kind), State: estate.RoomStates().Chinese(r.State),
		Area: r.Area.String(), Layout: r.Layout, Handover: r.Handover, Owed: r.Owed, Overdue: r.Overdue, Tags: tagNames(tags)}
}

func tagNames(tags []estate.Tag) []string {
	out := []string{}
	for _, t := range tags {
		out = append(out, t.Name)
	}
	return out
}
