package billing

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// BuildingSumJSON is a building of a run.
type BuildingSumJSON struct {
	Building id.ID     `json:"building_id"`
	Name     string    `json:"name"`
	Rooms    int64     `json:"rooms" doc:"户数"`
	Lines    int64     `json:"lines" doc:"条数，不含「不收」的"`
	Amount   money.Fen `json:"amount" doc:"合计，分，不含「不收」的"`
}

// OutlierJSON is a line that stands out.
type OutlierJSON struct {
	Charge   id.ID     `json:"charge_id"`
	Room     id.ID     `json:"room_id"`
	Label    string    `json:"room_label"`
	ItemName string    `json:"item_name"`
	Amount   money.Fen `json:"amount" doc:"分"`
	Median   money.Fen `json:"median" doc:"这次这项费用的中位数，分"`
}

type spreadOut struct {
	Body struct {
		Buildings []BuildingSumJSON `json:"buildings" nullable:"false" doc:"按楼栋，加起来等于本次"`
		Outliers  []OutlierJSON     `json:"outliers" nullable:"false" doc:"比同一费用的中位数多到三倍以上、或不到三分之一的，最多 30 条"`
	}
}

func (s *Service) spreadAPI(ctx context.Context, _ actor.Actor, in *runIn) (*spreadOut, error) {
	q := s.db.Reader(ctx)
	v, err := s.Spread(ctx, q, in.Project, in.Run)
	if err != nil {
		return nil, err
	}
	names, err := s.buildingNames(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	rooms := make([]id.ID, len(v.Outliers))
	for i, o := range v.Outliers {
		rooms[i] = o.Room
	}
	labels, err := s.estate.Labels(ctx, q, in.Project, rooms)
	out := &spreadOut{}
	out.Body.Buildings, out.Body.Outliers = make([]BuildingSumJSON, len(v.Buildings)), make([]OutlierJSON, len(v.Outliers))
	for i, b := range v.Buildings {
		out.Body.Buildings[i] = BuildingSumJSON{b.Building, names[b.Building], b.Rooms, b.Lines, b.Amount}
	}
	for i, o := range v.Outliers {
		out.Body.Outliers[i] = OutlierJSON{o.Charge, o.Room, labels[o.Room], o.ItemName, o.Amount, o.Median}
	}
	return out, err
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
