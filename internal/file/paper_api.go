package file

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

type paperIn struct {
	Project id.ID  `path:"project"`
	Kind    string `query:"kind" required:"true" minLength:"1" maxLength:"60" doc:"哪个列表，和导出相同：rooms、people、charges、receipts …"`
	Filter  string `query:"filter" maxLength:"2000" doc:"列表页的筛选条件，和列表接口的查询参数相同，如 state=open&item_id=1"`
}

type paperOut struct {
	Body struct {
		Name    string            `json:"name" doc:"列表的名称"`
		Columns []paperColumnJSON `json:"columns" nullable:"false" doc:"列；整列都空的不在内"`
		Rows    [][]string        `json:"rows" nullable:"false" doc:"每行各列的文字"`
		Cut     bool              `json:"cut" doc:"后面还有，只给了前 2,000 行"`
	}
}

type paperColumnJSON struct {
	Title  string `json:"title"`
	Number bool   `json:"number" doc:"数字，靠右"`
}

func (s *Service) paperAPI(ctx context.Context, who actor.Actor, in *paperIn) (*paperOut, error) {
	p, err := s.Paper(ctx, who, in.Project, Wish{Key: in.Kind, Query: in.Filter})
	if err != nil {
		return nil, err
	}
	out := &paperOut{}
	b := &out.Body
	b.Name, b.Cut, b.Columns, b.Rows = p.Name, p.Cut, make([]paperColumnJSON, len(p.Columns)), make([][]string, len(p.Rows))
	for i, c := range p.Columns {
		b.Columns[i] = paperColumnJSON{Title: c.Title, Number: len(p.Rows) > 0}
	}
	for i, row := range p.Rows {
		b.Rows[i] = make([]string, len(row))
		for k, v := range row {
			b.Rows[i][k] = v.String()
			b.Columns[k].Number = b.Columns[k].Number && (v.Number() || v.String() == "")
		}
	}
	return out, nil
}
