package sharedcost

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type pasteIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Text     string `json:"text" maxLength:"500000" doc:"每行一间房：房号和权重，用制表符、逗号或空格隔开；最多 5000 行"`
		Building id.ID  `json:"building_id,omitempty" doc:"由哪栋楼分摊；空为全项目"`
		Unit     id.ID  `json:"unit_id,omitempty" doc:"由这栋楼的哪个单元分摊；空为整栋"`
	}
}

// PastedJSON is what a paste says.
type PastedJSON struct {
	Weights []PastedWeightJSON `json:"weights" nullable:"false" doc:"读懂的行"`
	Faults  []LineFaultJSON    `json:"faults" nullable:"false" doc:"没读懂的行"`
	Sum     money.Qty          `json:"sum" doc:"权重合计，万分之一"`
	Without int                `json:"without" doc:"所选范围里不分摊的房屋：没有写的和权重为 0 的"`
	Names   []string           `json:"without_names" nullable:"false" doc:"其中前 500 间"`
}

// PastedWeightJSON is a line that was understood.
type PastedWeightJSON struct {
	Room   id.ID     `json:"room_id"`
	Label  string    `json:"room_label" doc:"如 3栋2单元1502"`
	Weight money.Qty `json:"weight" doc:"权重，万分之一"`
}

// LineFaultJSON is a line that was not.
type LineFaultJSON struct {
	Line int    `json:"line" doc:"第几行"`
	Text string `json:"text" doc:"这一行的开头"`
	Why  string `json:"why" doc:"哪里不对、怎么改"`
}

type pasteOut struct{ Body PastedJSON }

func (s *Service) pasteAPI(ctx context.Context, _ actor.Actor, in *pasteIn) (*pasteOut, error) {
	p, err := s.Paste(ctx, s.db.Reader(ctx), in.Project, Where{in.Body.Building, in.Body.Unit}, in.Body.Text)
	if err != nil {
		return nil, err
	}
	out := &pasteOut{PastedJSON{Weights: make([]PastedWeightJSON, len(p.Weights)), Faults: make([]LineFaultJSON, len(p.Faults)), Sum: p.Sum, Without: p.Without, Names: p.Names}}
	for i, w := range p.Weights {
		out.Body.Weights[i] = PastedWeightJSON{w.Room, w.Label, w.Weight.Weight}
	}
	for i, f := range p.Faults {
		out.Body.Faults[i] = LineFaultJSON(f)
	}
	return out, nil
}
