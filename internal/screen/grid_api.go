package screen

import (
	"context"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type roomState struct {
	ID       id.ID     `json:"id"`
	Unit     id.ID     `json:"unit_id,omitempty" doc:"没有单元则没有"`
	Name     string    `json:"name" doc:"房号，如 1502"`
	Label    string    `json:"label,omitempty" doc:"全称；就是楼栋、单元、房号连起来的没有"`
	State    string    `json:"state" enum:"unsold,undelivered,vacant,renovating,self,rented" doc:"未售、未交付、空置、装修、自住、出租"`
	Standing string    `json:"standing,omitempty" doc:"paid 已缴清的和无权查看账单的没有；due 待缴未到期，overdue 欠费，none 未交付且不欠费"`
	Owed     money.Fen `json:"owed,omitempty" doc:"当前欠费，分"`
	Months   int       `json:"months_late,omitempty" doc:"有几个月的费用逾期"`
}

type roomStateFloor struct {
	Floor int         `json:"floor" doc:"楼层，地下为负，0 为未登记"`
	Rooms []roomState `json:"rooms" nullable:"false"`
}

type roomStateUnit struct {
	ID   id.ID  `json:"id" doc:"没有单元的房屋归在空编号下"`
	Name string `json:"name"`
}

type stateTally struct {
	Key     string    `json:"key"`
	Rooms   int       `json:"rooms"`
	Owed    money.Fen `json:"owed" doc:"分"`
	Overdue money.Fen `json:"overdue" doc:"分"`
}

type roomStatesBody struct {
	Today     clock.Date       `json:"today"`
	Building  id.ID            `json:"building_id"`
	Name      string           `json:"building_name"`
	Units     []roomStateUnit  `json:"units" nullable:"false" doc:"列，按单元"`
	Floors    []roomStateFloor `json:"floors" nullable:"false" doc:"从高到低"`
	Money     bool             `json:"money" doc:"可以查看账单；否则金额都为 0"`
	Total     stateTally       `json:"total"`
	States    []stateTally     `json:"states" nullable:"false" doc:"按居住状态，含 0，合计等于 total"`
	Standings []stateTally     `json:"standings" nullable:"false" doc:"按费用状态，含 0，合计等于 total；无权查看账单则没有"`
}

type roomStatesOutput struct{ Body roomStatesBody }

func (s *Service) readRoomStates(ctx context.Context, who actor.Actor, in *struct {
	Project  id.ID `path:"project"`
	Building id.ID `path:"building"`
}) (*roomStatesOutput, error) {
	g, err := s.RoomStates(ctx, who, in.Project, in.Building)
	if err != nil {
		return nil, err
	}
	b := roomStatesBody{Today: g.Today, Building: g.Building.ID, Name: g.Building.Name, Money: g.Money, Units: []roomStateUnit{},
		Floors: []roomStateFloor{}, Standings: []stateTally{}, Total: shownTally("", &g.Total)}
	units := map[id.ID]string{}
	for _, u := range g.Units {
		b.Units, units[u.ID] = append(b.Units, roomStateUnit{u.ID, u.Name}), u.Name
	}
	if g.Unitless {
		b.Units = append(b.Units, roomStateUnit{})
	}
	for _, f := range g.Floors {
		line := roomStateFloor{Floor: f.Floor, Rooms: make([]roomState, len(f.Rooms))}
		for i := range f.Rooms {
			line.Rooms[i] = g.shown(&f.Rooms[i], units)
		}
		b.Floors = append(b.Floors, line)
	}
	for _, w := range estate.RoomStates() {
		b.States = append(b.States, shownTally(w[0], g.ByState[w[0]]))
	}
	if g.Money {
		for _, x := range []Standing{Clear, Waiting, Late, NoFees} {
			b.Standings = append(b.Standings, shownTally(string(x), g.ByStanding[x]))
		}
	}
	return &roomStatesOutput{b}, nil
}

// shown is a room as the plan draws it, without what goes without saying.
func (g *Grid) shown(r *GridRoom, units map[id.ID]string) roomState {
	out := roomState{ID: r.ID, Unit: r.Unit, Name: r.Name, State: r.State, Owed: r.Owed.Owed, Months: r.Owed.Months}
	if r.Label != g.Building.Name+units[r.Unit]+r.Name {
		out.Label = r.Label
	}
	if r.Standing != Clear {
		out.Standing = string(r.Standing)
	}
	return out
}

func shownTally(key string, t *Tally) stateTally {
	if t == nil {
		return stateTally{Key: key}
	}
	return stateTally{key, t.Rooms, t.Owed, t.Overdue}
}

type roomCardBody struct {
	Area       money.Area `json:"area" doc:"建筑面积，百分之一平方米，0 为未登记"`
	Layout     string     `json:"layout" doc:"户型"`
	People     int        `json:"people" doc:"现住人数"`
	Owner      string     `json:"owner_name" doc:"业主，没有登记则为空"`
	OwnerPhone string     `json:"owner_phone_mask"`
	Owners     int        `json:"other_owners" doc:"此外还有几位业主"`
	Overdue    money.Fen  `json:"overdue" doc:"已逾期的欠费，分"`
	Days       int        `json:"days_late" doc:"最早一笔逾期了几天"`
}

type roomCardOutput struct{ Body roomCardBody }

func (s *Service) readRoomCard(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
}) (*roomCardOutput, error) {
	c, err := s.RoomCard(ctx, who, in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	b := roomCardBody{Area: c.Room.Area, Layout: c.Room.Layout, People: c.Room.People, Owner: c.Owner.Name, OwnerPhone: c.Owner.PhoneMask,
		Owners: c.Owner.Others, Overdue: c.Owed.Overdue}
	if c.Owed.Oldest != 0 {
		b.Days = c.Today.Sub(c.Owed.Oldest)
	}
	return &roomCardOutput{b}, nil
}
