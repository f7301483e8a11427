package billing

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
)

// SharedFields are what people fill in of a shared cost.
type SharedFields struct {
	Item     id.ID         `json:"item_id" doc:"按公摊单收的费用项目"`
	Month    clock.Month   `json:"month" doc:"账期"`
	Building id.ID         `json:"building_id,omitempty" doc:"由哪栋楼分摊；空为全项目"`
	Weigh    string        `json:"weigh" enum:"area,household,floor,usage,given" doc:"按建筑面积、户数、楼层系数、分表用量、给定的权重分摊"`
	Total    money.Fen     `json:"total,omitempty" minimum:"0" doc:"总额，分；按损耗计算时不填"`
	Kind     string        `json:"meter_kind,omitempty" enum:"water,hot_water,electricity,gas,heat" doc:"按用量或损耗分摊时看哪种表"`
	Main     id.ID         `json:"main_meter_id,omitempty" doc:"总表；填了就按总表减分表的损耗计算总额"`
	Price    money.Price   `json:"price,omitempty" minimum:"0" doc:"损耗的单价，百万分之一元"`
	Source   string        `json:"source_text" minLength:"2" maxLength:"200" doc:"依据，如电费发票号"`
	Given    []GivenWeight `json:"given,omitempty" maxItems:"5000" doc:"给定的权重，只用于 weigh=given"`
}

// GivenWeight is the weight of one room as typed.
type GivenWeight struct {
	Room   id.ID     `json:"room_id"`
	Weight money.Qty `json:"weight" minimum:"0" doc:"权重，万分之一"`
}

// SharedJSON is a shared cost in answers.
type SharedJSON struct {
	ID        id.ID       `json:"id"`
	Item      id.ID       `json:"item_id"`
	ItemName  string      `json:"item_name"`
	Month     clock.Month `json:"month" doc:"账期"`
	Place     string      `json:"place" doc:"由谁分摊：全项目、3栋"`
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

// buildingNames are the names of all buildings of a project.
func (s *Service) buildingNames(ctx context.Context, q db.Q, project id.ID) (map[id.ID]string, error) {
	all, err := s.estate.Buildings(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := map[id.ID]string{}
	for _, b := range all {
		out[b.ID] = b.Name
	}
	return out, nil
}

func (s *Service) sharedJSON(ctx context.Context, q db.Q, project id.ID, list []SharedCost) ([]SharedJSON, error) {
	all, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return nil, err
	}
	names := map[id.ID]string{}
	for i := range all {
		names[all[i].ID] = all[i].Name
	}
	buildings, err := s.buildingNames(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := make([]SharedJSON, len(list))
	for i := range list {
		c, place := &list[i], "全项目"
		if c.Building != 0 {
			place = buildings[c.Building]
		}
		out[i] = SharedJSON{c.ID, c.Item, names[c.Item], c.Month, place, string(c.Weigh), c.Weigh.Label(), c.Total, c.MainUsage, c.SubUsage, c.Price,
			c.Rooms, c.Source, string(c.State), c.CreatedBy, c.DecidedBy, c.Reason, c.Version}
	}
	return out, nil
}

type listSharedIn struct {
	Project id.ID `path:"project"`
	page.Request
}

type sharedListOut struct{ Body page.List[SharedJSON] }

func (s *Service) listSharedAPI(ctx context.Context, _ actor.Actor, in *listSharedIn) (*sharedListOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.SharedCosts(ctx, q, in.Project, in.Request)
	if err != nil {
		return nil, err
	}
	rows, err := s.sharedJSON(ctx, q, in.Project, l.Items)
	return &sharedListOut{page.List[SharedJSON]{Items: rows, Next: l.Next}}, err
}

type sharedOut struct{ Body SharedJSON }

func (s *Service) sharedAnswer(ctx context.Context, project id.ID, fn func(tx *db.Tx) (SharedCost, error)) (*sharedOut, error) {
	out := &sharedOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := fn(tx)
		if err != nil {
			return err
		}
		rows, err := s.sharedJSON(ctx, tx, project, []SharedCost{c})
		if err == nil {
			out.Body = rows[0]
		}
		return err
	})
	return out, err
}

type createSharedIn struct {
	Project id.ID `path:"project"`
	Body    SharedFields
}

func (s *Service) createSharedAPI(ctx context.Context, who actor.Actor, in *createSharedIn) (*sharedOut, error) {
	b := in.Body
	c := SharedCost{Item: b.Item, Month: b.Month, Building: b.Building, Weigh: Weigh(b.Weigh), Total: b.Total, Kind: supply.Kind(b.Kind), Main: b.Main,
		Price: b.Price, Source: b.Source, Given: map[id.ID]money.Qty{}}
	for _, g := range b.Given {
		c.Given[g.Room] = g.Weight
	}
	return s.sharedAnswer(ctx, in.Project, func(tx *db.Tx) (SharedCost, error) { return s.CreateShared(ctx, tx, who, in.Project, c) })
}

type sharedIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
}

func (s *Service) readSharedAPI(ctx context.Context, _ actor.Actor, in *sharedIn) (*sharedOut, error) {
	q := s.db.Reader(ctx)
	c, err := oneShared(ctx, q, in.Project, in.Shared)
	if err != nil {
		return nil, err
	}
	rows, err := s.sharedJSON(ctx, q, in.Project, []SharedCost{c})
	if err != nil {
		return nil, err
	}
	return &sharedOut{rows[0]}, nil
}

type listSharedPartsIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
	page.Request
}

// SharedPartJSON is what one room bears.
type SharedPartJSON struct {
	Room   id.ID     `json:"room_id"`
	Label  string    `json:"room_label" doc:"如 3栋2单元1502"`
	Weight money.Qty `json:"weight" doc:"权重，万分之一"`
	Amount money.Fen `json:"amount" doc:"分摊，分"`
}

type sharedPartsOut struct{ Body page.List[SharedPartJSON] }

func (s *Service) listSharedPartsAPI(ctx context.Context, _ actor.Actor, in *listSharedPartsIn) (*sharedPartsOut, error) {
	q := s.db.Reader(ctx)
	if _, err := oneShared(ctx, q, in.Project, in.Shared); err != nil {
		return nil, err
	}
	l, err := s.SharedParts(ctx, q, in.Project, in.Shared, in.Request)
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
	out := &sharedPartsOut{page.List[SharedPartJSON]{Items: make([]SharedPartJSON, len(l.Items)), Next: l.Next}}
	for i, p := range l.Items {
		out.Body.Items[i] = SharedPartJSON{p.Room, labels[p.Room], p.Weight, p.Amount}
	}
	return out, nil
}

type releaseSharedIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
	Body    struct {
		Version int `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) releaseSharedAPI(ctx context.Context, who actor.Actor, in *releaseSharedIn) (*sharedOut, error) {
	return s.sharedAnswer(ctx, in.Project, func(tx *db.Tx) (SharedCost, error) {
		return s.ReleaseShared(ctx, tx, who, in.Project, in.Shared, in.Body.Version)
	})
}

type withdrawSharedIn struct {
	Project id.ID `path:"project"`
	Shared  id.ID `path:"shared"`
	Body    struct {
		Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"原因"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) withdrawSharedAPI(ctx context.Context, who actor.Actor, in *withdrawSharedIn) (*sharedOut, error) {
	return s.sharedAnswer(ctx, in.Project, func(tx *db.Tx) (SharedCost, error) {
		return s.WithdrawShared(ctx, tx, who, in.Project, in.Shared, in.Body.Reason, in.Body.Version)
	})
}
