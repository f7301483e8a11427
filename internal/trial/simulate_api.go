package trial

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

type simulateIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	Body    struct {
		From    clock.Date  `json:"from_date" doc:"打算从哪天起执行（含）"`
		Price   money.Price `json:"price,omitempty" minimum:"0" maximum:"1000000000000" doc:"打算的单价，百万分之一元"`
		Formula string      `json:"formula,omitempty" maxLength:"500" doc:"打算的公式，只用于按公式计算的项目"`
	}
}

// EffectJSON is what a new price does to one room.
type EffectJSON struct {
	Room   id.ID     `json:"room_id"`
	Label  string    `json:"room_label"`
	Before money.Fen `json:"before" doc:"按现在的单价，一个周期多少，分"`
	After  money.Fen `json:"after" doc:"按新单价，一个周期多少，分"`
	Change money.Fen `json:"change" doc:"多多少，分；少了为负"`
	Fault  string    `json:"fault" doc:"算不出的原因；没有则为空"`
}

// BuildingEffectJSON adds up a building.
type BuildingEffectJSON struct {
	Building id.ID     `json:"building_id"`
	Name     string    `json:"name"`
	Rooms    int       `json:"rooms" doc:"收这项费用的户数"`
	Before   money.Fen `json:"before"`
	After    money.Fen `json:"after"`
	Change   money.Fen `json:"change"`
}

type simulateOut struct {
	Body struct {
		First     clock.Month          `json:"first_month" doc:"比较的周期从哪个月起：新单价执行的第一个完整周期"`
		Last      clock.Month          `json:"last_month" doc:"到哪个月止"`
		Rooms     int                  `json:"rooms" doc:"收这项费用的户数"`
		Changed   int                  `json:"changed" doc:"金额会变的户数"`
		Faults    int                  `json:"faults" doc:"算不出的户数"`
		Before    money.Fen            `json:"before" doc:"合计，分"`
		After     money.Fen            `json:"after" doc:"合计，分"`
		Change    money.Fen            `json:"change" doc:"合计多多少，分；少了为负"`
		Buildings []BuildingEffectJSON `json:"buildings" nullable:"false" doc:"按楼栋"`
		Biggest   []EffectJSON         `json:"biggest" nullable:"false" doc:"变化最大的，最多 50 户"`
	}
}

func (s *Service) simulateAPI(ctx context.Context, _ actor.Actor, in *simulateIn) (*simulateOut, error) {
	q := s.db.Reader(ctx)
	sim, err := s.Simulate(ctx, q, in.Project, tariff.Rate{Item: in.Item, From: in.Body.From, Price: in.Body.Price, Formula: in.Body.Formula}, nil)
	if err != nil {
		return nil, err
	}
	buildings, err := s.estate.Buildings(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	names := make(map[id.ID]string, len(buildings))
	for _, b := range buildings {
		names[b.ID] = b.Name
	}
	rooms := make([]id.ID, len(sim.Biggest))
	for i := range sim.Biggest {
		rooms[i] = sim.Biggest[i].Room
	}
	labels, err := s.estate.Labels(ctx, q, in.Project, rooms)
	if err != nil {
		return nil, err
	}
	out := &simulateOut{}
	b := &out.Body
	b.First, b.Last, b.Rooms, b.Changed, b.Faults = sim.First, sim.Last, sim.Rooms, sim.Changed, sim.Faults
	b.Before, b.After, b.Change = sim.Before, sim.After, sim.After-sim.Before
	b.Buildings, b.Biggest = make([]BuildingEffectJSON, len(sim.Buildings)), make([]EffectJSON, len(sim.Biggest))
	for i, x := range sim.Buildings {
		b.Buildings[i] = BuildingEffectJSON{x.Building, names[x.Building], x.Rooms, x.Before, x.After, x.After - x.Before}
	}
	for i, e := range sim.Biggest {
		b.Biggest[i] = EffectJSON{e.Room, labels[e.Room], e.Before, e.After, e.After - e.Before, e.Fault}
	}
	return out, nil
}
