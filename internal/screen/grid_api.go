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
	ID         id.ID      `json:"id"`
	Unit       id.ID      `json:"unit_id" doc:"没有单元则为空"`
	Name       string     `json:"name" doc:"房号，如 1502"`
	Label      string     `json:"label" doc:"全称，如 3栋2单元1502"`
	State      string     `json:"state" enum:"unsold,undelivered,vacant,renovating,self,rented" doc:"未售、未交付、空置、装修、自住、出租"`
	Area       money.Area `json:"area" doc:"建筑面积，百分之一平方米，0 为未登记"`
	Layout     string     `json:"layout" doc:"户型"`
	People     int        `json:"people" doc:"现住人数"`
	Owner      string     `json:"owner_name" doc:"业主，没有登记则为空"`
	OwnerPhone string     `json:"owner_phone_mask"`
	Owners     int        `json:"other_owners" doc:"此外还有几位业主"`
	Standing   string     `json:"standing" doc:"已缴清、待缴未到期、欠费、未交付且不欠费；无权查看账单则为空"`
	Owed       money.Fen  `json:"owed" doc:"当前欠费，分"`
	Overdue    money.Fen  `json:"overdue" doc:"其中已逾期，分"`
	Months     int        `json:"months_late" doc:"有几个月的费用逾期"`
	Days       int        `json:"days_late" doc:"最早一笔逾期了几天"`
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
	for _, u := range g.Units {
		b.Units = append(b.Units, roomStateUnit{u.ID, u.Name})
	}
	if g.Unitless {
		b.Units = append(b.Units, roomStateUnit{})
	}
	for _, f := range g.Floors {
		line := roomStateFloor{Floor: f.Floor}
		for i := range f.Rooms {
			line.Rooms = append(line.Rooms, shownState(&f.Rooms[i], g.Today))
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

func shownState(r *GridRoom, today clock.Date) roomState {
	out := roomState{ID: r.ID, Unit: r.Unit, Name: r.Name, Label: r.Label, State: r.State, Area: r.Area, Layout: r.Layout, People: r.People,
		Owner: r.Owner.Name, OwnerPhone: r.Owner.PhoneMask, Owners: r.Owner.Others, Standing: string(r.Standing),
		Owed: r.Owed.Owed, Overdue: r.Owed.Overdue, Months: r.Owed.Months}
	if r.Owed.Oldest != 0 {
		out.Days = today.Sub(r.Owed.Oldest)
	}
	return out
}

func shownTally(key string, t *Tally) stateTally {
	if t == nil {
		return stateTally{Key: key}
	}
	return stateTally{key, t.Rooms, t.Owed, t.Overdue}
}
