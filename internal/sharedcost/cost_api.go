package sharedcost

import (
	"context"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
)

// CostFields are what people fill in of a shared cost.
type CostFields struct {
	Item     id.ID         `json:"item_id" doc:"按公摊单收的费用项目"`
	Month    clock.Month   `json:"month" doc:"账期"`
	Building id.ID         `json:"building_id,omitempty" doc:"由哪栋楼分摊；空为全项目"`
	Unit     id.ID         `json:"unit_id,omitempty" doc:"由这栋楼的哪个单元分摊；空为整栋"`
	Weigh    string        `json:"weigh" enum:"area,household,floor,usage,given" doc:"按建筑面积、户数、楼层系数、分表用量、给定的权重分摊"`
	Total    money.Fen     `json:"total,omitempty" minimum:"0" doc:"总额，分；按损耗计算时不填"`
	Kind     string        `json:"meter_kind,omitempty" enum:"water,hot_water,electricity,gas,heat" doc:"按用量或损耗分摊时看哪种表"`
	Main     id.ID         `json:"main_meter_id,omitempty" doc:"总表；填了就按总表减分表的损耗计算总额"`
	Price    money.Price   `json:"price,omitempty" minimum:"0" doc:"损耗的单价，百万分之一元"`
	Source   string        `json:"source_text" minLength:"2" maxLength:"200" doc:"依据，如电费发票号"`
	Given    []GivenWeight `json:"given,omitempty" maxItems:"5000" doc:"给定的权重，只用于 weigh=given；每间房一个，都要在 building_id、unit_id 之内"`
}

// GivenWeight is the weight of one room as typed.
type GivenWeight struct {
	Room   id.ID     `json:"room_id"`
	Weight money.Qty `json:"weight" minimum:"0" doc:"权重，万分之一"`
}

// CostJSON is a shared cost in answers.
type CostJSON struct {
	ID        id.ID       `json:"id"`
	Item      id.ID       `json:"item_id"`
	ItemName  string      `json:"item_name"`
	Month     clock.Month `json:"month" doc:"账期"`
	Place     string      `json:"place" doc:"由谁分摊：全项目、3栋、3栋2单元"`
	Weigh     string      `json:"weigh" enum:"area,household,floor,usage,given"`
	Words     string      `json:"weigh_text" doc:"按什么分摊"`
	Total     money.Fen   `json:"total" doc:"总额，分"`
	MainUsage money.Qty   `json:"main_usage" doc:"总表用量，万分之一；不是损耗为 0"`
	SubUsage  money.Qty   `json:"sub_usage" doc:"分表用量合计，万分之一"`
	Price     money.Price `json:"price" doc:"损耗的单价，百万分之一元"`
	Rooms     int         `json:"rooms" doc:"分摊到几间房"`
	Source    string      `json:"source_text" doc:"依据"`
	State     string      `json:"state" enum:"draft,released,withdrawn" doc:"待发布、已发布、已撤回"`
	CreatedBy string      `json:"created_by"`
	DecidedBy string      `json:"decided_by" doc:"谁发布或撤回的"`
	Reason    string      `json:"reason" doc:"撤回的原因"`
	Version   int         `json:"version" doc:"发布、撤回时原样带回"`
}

func (s *Service) answers(ctx context.Context, q db.Q, project id.ID, list []Cost) ([]CostJSON, error) {
	all, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return nil, err
	}
	names := map[id.ID]string{}
	for i := range all {
		names[all[i].ID] = all[i].Name
	}
	places, err := s.names(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := make([]CostJSON, len(list))
	for i := range list {
		c := &list[i]
		out[i] = CostJSON{c.ID, c.Item, names[c.Item], c.Month, places[c.Where], string(c.Weigh), c.Weigh.Label(), c.Total, c.MainUsage, c.SubUsage, c.Price,
			c.Rooms, c.Source, string(c.State), c.CreatedBy, c.DecidedBy, c.Reason, c.Version}
	}
	return out, nil
}

type listIn struct {
	Project id.ID `path:"project"`
	page.Request
}

type listOut struct{ Body page.List[CostJSON] }

func (s *Service) listAPI(ctx context.Context, _ actor.Actor, in *listIn) (*listOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.Costs(ctx, q, in.Project, in.Request)
	if err != nil {
		return nil, err
	}
	rows, err := s.answers(ctx, q, in.Project, l.Items)
	return &listOut{page.List[CostJSON]{Items: rows, Next: l.Next}}, err
}

type costOut struct{ Body CostJSON }

func (s *Service) answer(ctx context.Context, project id.ID, fn func(tx *db.Tx) (Cost, error)) (*costOut, error) {
	out := &costOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := fn(tx)
		if err != nil {
			return err
		}
		rows, err := s.answers(ctx, tx, project, []Cost{c})
		if err == nil {
			out.Body = rows[0]
		}
		return err
	})
	return out, err
}

type createIn struct {
	Project id.ID `path:"project"`
	Body    CostFields
}

func (s *Service) createAPI(ctx context.Context, who actor.Actor, in *createIn) (*costOut, error) {
	b := in.Body
	c := Cost{Item: b.Item, Month: b.Month, Where: Where{b.Building, b.Unit}, Weigh: billing.Weigh(b.Weigh), Total: b.Total, Kind: supply.Kind(b.Kind), Main: b.Main,
		Price: b.Price, Source: b.Source}
	for _, g := range b.Given {
		c.Given = append(c.Given, Weight(g))
	}
	return s.answer(ctx, in.Project, func(tx *db.Tx) (Cost, error) { return s.Create(ctx, tx, who, in.Project, c) })
}

type costIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
}

func (s *Service) readAPI(ctx context.Context, _ actor.Actor, in *costIn) (*costOut, error) {
	q := s.db.Reader(ctx)
	c, err := oneCost(ctx, q, in.Project, in.Shared)
	if err != nil {
		return nil, err
	}
	rows, err := s.answers(ctx, q, in.Project, []Cost{c})
	if err != nil {
		return nil, err
	}
	return &costOut{rows[0]}, nil
}

type partsIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
	page.Request
}

// PartJSON is what one room bears.
type PartJSON struct {
	Room   id.ID     `json:"room_id"`
	Label  string    `json:"room_label" doc:"如 3栋2单元1502"`
	Weight money.Qty `json:"weight" doc:"权重，万分之一"`
	Amount money.Fen `json:"amount" doc:"分摊，分"`
}

type partsOut struct{ Body page.List[PartJSON] }

func (s *Service) partsAPI(ctx context.Context, _ actor.Actor, in *partsIn) (*partsOut, error) {
	q := s.db.Reader(ctx)
	if _, err := oneCost(ctx, q, in.Project, in.Shared); err != nil {
		return nil, err
	}
	l, err := s.Parts(ctx, q, in.Project, in.Shared, in.Request)
	if err != nil {
		return nil, err
	}
	rooms := make([]id.ID, len(l.Items))
	for i := range l.Items {
		rooms[i] = l.Items[i].Room
	}
	labels, err := s.estate.Labels(ctx, q, in.Project, rooms)
	if err != nil {
		return nil, err
	}
	out := &partsOut{page.List[PartJSON]{Items: make([]PartJSON, len(l.Items)), Next: l.Next}}
	for i, p := range l.Items {
		out.Body.Items[i] = PartJSON{p.Room, labels[p.Room], p.Weight, p.Amount}
	}
	return out, nil
}

type releaseIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
	Body    struct {
		Version int `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) releaseAPI(ctx context.Context, who actor.Actor, in *releaseIn) (*costOut, error) {
	return s.answer(ctx, in.Project, func(tx *db.Tx) (Cost, error) {
		return s.Release(ctx, tx, who, in.Project, in.Shared, in.Body.Version)
	})
}

type withdrawIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
	Body    struct {
		Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"原因"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) withdrawAPI(ctx context.Context, who actor.Actor, in *withdrawIn) (*costOut, error) {
	return s.answer(ctx, in.Project, func(tx *db.Tx) (Cost, error) {
		return s.Withdraw(ctx, tx, who, in.Project, in.Shared, in.Body.Reason, in.Body.Version)
	})
}
