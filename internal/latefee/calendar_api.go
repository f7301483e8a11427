package latefee

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/latefee/penalty"
)

type festivalJSON struct {
	Name  string       `json:"name"`
	From  clock.Date   `json:"from_date" doc:"第一天假"`
	Until clock.Date   `json:"until_date" doc:"最后一天假"`
	Work  []clock.Date `json:"work_dates" nullable:"false" doc:"为它调休上班的周末"`
}

type yearJSON struct {
	Year      int            `json:"year"`
	Source    string         `json:"source" doc:"出处"`
	Festivals []festivalJSON `json:"festivals" nullable:"false" doc:"按日期从早到晚"`
}

func toYear(y *penalty.Year) yearJSON {
	out := yearJSON{Year: y.Year, Source: y.Source, Festivals: make([]festivalJSON, len(y.Festivals))}
	for i, f := range y.Festivals {
		out.Festivals[i] = festivalJSON{f.Name, f.From, f.Until, append([]clock.Date{}, f.Work...)}
	}
	return out
}

type yearsOut struct {
	Body struct {
		Items   []yearJSON `json:"items" nullable:"false" doc:"按年从早到晚"`
		Missing []int      `json:"missing" nullable:"false" doc:"要用而还没有的年份：今年，十一月起也要明年；没有约定顺延的项目不用"`
	}
}

func (s *Service) listHolidaysAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*yearsOut, error) {
	q := s.db.Reader(ctx)
	list, err := s.Years(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	missing, err := s.MissingYears(ctx, q, in.Project)
	out := &yearsOut{}
	out.Body.Items, out.Body.Missing = make([]yearJSON, len(list)), append([]int{}, missing...)
	for i := range list {
		out.Body.Items[i] = toYear(&list[i])
	}
	return out, err
}

func (s *Service) putHolidaysAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Year   int    `json:"year" minimum:"2000" maximum:"2100"`
		Text   string `json:"text" minLength:"1" maxLength:"5000" doc:"国务院办公厅通知里各个节日的那几行，一行一个"`
		Source string `json:"source" minLength:"2" maxLength:"200" doc:"出处"`
		Check  bool   `json:"check,omitempty" doc:"只看读成了什么，不录入"`
	}
}) (*struct{ Body yearJSON }, error) {
	y, err := penalty.ReadNotice(in.Body.Year, in.Body.Text)
	if err != nil {
		return nil, ErrYear.At("body.text", err.Error(), "")
	}
	y.Source = in.Body.Source
	if !in.Body.Check {
		err = s.db.Write(ctx, func(tx *db.Tx) error { return s.PutYear(ctx, tx, who, in.Project, y) })
	}
	return &struct{ Body yearJSON }{toYear(&y)}, err
}
