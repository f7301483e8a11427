package careplan

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

type careDueJSON struct {
	Plan       id.ID      `json:"plan_id"`
	PlanName   string     `json:"plan_name"`
	Todo       string     `json:"todo" doc:"走访时做什么"`
	Days       int        `json:"days" doc:"每几天走访一次"`
	Begins     clock.Date `json:"begins" doc:"计划从哪天开始，走访不能更早"`
	Subject    id.ID      `json:"subject_id" doc:"登记走访时带回"`
	Person     id.ID      `json:"person_id,omitempty" doc:"住户，标签贴在房屋上时没有"`
	Name       string     `json:"name" doc:"住户；标签贴在房屋上时为现在住在那里的人"`
	PhoneMask  string     `json:"phone_mask" doc:"打码的手机号"`
	Room       id.ID      `json:"room_id"`
	Label      string     `json:"room_label"`
	Others     int        `json:"other_rooms" doc:"这个人另外还有几间房"`
	Next       clock.Date `json:"due" doc:"该走访的日期"`
	DaysOver   int        `json:"days_over" doc:"逾期几天，没逾期为 0"`
	Follow     bool       `json:"follow" doc:"上次需要跟进，还没有一次一切正常"`
	LastDay    clock.Date `json:"last_day" doc:"上次走访，空为还没有"`
	LastResult string     `json:"last_result" doc:"上次的结果"`
	LastNote   string     `json:"last_note" doc:"上次的情况"`
	LastBy     string     `json:"last_by" doc:"上次是谁登记的"`
	Elsewhere  bool       `json:"last_elsewhere,omitempty" doc:"上次走访在权限以外的楼栋，情况和登记人不显示"`
}

type careDueIn struct {
	Project id.ID `path:"project"`
	page.Request
	Plan     id.ID  `query:"plan_id" doc:"只看一个计划"`
	When     string `query:"when" enum:"waiting,overdue,all" doc:"该走访的（含需要跟进的）、已逾期的、计划里的全部；空为该走访的"`
	Building id.ID  `query:"building_id" doc:"只看一栋楼"`
	Text     string `query:"q" maxLength:"40" doc:"姓名（拼音也行）或房号"`
	Count    bool   `query:"count" doc:"true 时给出全部结果的合计"`
}

type careDueSumJSON struct {
	Count   int `json:"count" doc:"多少条"`
	Rooms   int `json:"rooms" doc:"多少户"`
	Overdue int `json:"overdue" doc:"其中已逾期多少条"`
	Follow  int `json:"follow" doc:"其中需要跟进多少条"`
}

type careDueOut struct {
	Body struct {
		page.List[careDueJSON]
		Totals *careDueSumJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
	}
}

func (s *Service) listDueAPI(ctx context.Context, who actor.Actor, in *careDueIn) (*careDueOut, error) {
	l, err := s.Due(ctx, s.db.Reader(ctx), in.Project, DueFilter{in.Request, in.Plan, in.When, in.Building, in.Text, in.Count, who.Within(PermRead, in.Project)})
	if err != nil {
		return nil, err
	}
	out, today := &careDueOut{}, s.today()
	out.Body.Items, out.Body.Next = make([]careDueJSON, len(l.Items)), l.Next
	for i := range l.Items {
		d := &l.Items[i]
		x := careDueJSON{Plan: d.Plan.ID, PlanName: d.Plan.Name, Todo: d.Plan.Todo, Days: d.Plan.Days, Begins: d.Plan.Begins, Subject: d.Subject, Person: d.Person, Name: d.Name, PhoneMask: d.PhoneMask,
			Room: d.Room, Label: d.Label, Others: d.Others, Next: d.Next, DaysOver: max(0, today.Sub(d.Next)), Follow: d.follow(), Elsewhere: d.Elsewhere}
		if v := d.Last; v != nil {
			x.LastDay, x.LastResult, x.LastNote, x.LastBy = v.Day, v.Result.Name(), v.Note, v.ByName
		}
		out.Body.Items[i] = x
	}
	if in.Count {
		sum := careDueSumJSON(l.Sum)
		out.Body.Totals = &sum
	}
	return out, nil
}

// Exports are the lists of the room that can be taken out as tables.
func (s *Service) Exports() []export.Offer {
	due := export.Offer{Key: "care-due", Name: "到期走访", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("房屋", 20), export.Text("住户", 16), export.Text("手机号", 14),
		export.Text("关怀计划", 18), export.Text("做什么", 36), export.Text("该走访的日期", 12), {Title: "逾期天数", Width: 10}, export.Text("上次走访", 12), export.Text("上次结果", 12), export.Text("上次情况", 30), export.Text("要跟进", 8)}}
	due.Check, due.Rows = export.Pages(s.listDueAPI, func(o *careDueOut) page.List[careDueJSON] { return o.Body.List }, func(d *careDueJSON) []sheet.Value {
		follow := ""
		if d.Follow {
			follow = "需要跟进"
		}
		return []sheet.Value{sheet.Text(d.Label), sheet.Text(d.Name), sheet.Text(d.PhoneMask), sheet.Text(d.PlanName), sheet.Text(d.Todo), sheet.Text(d.Next.String()), sheet.Int(int64(d.DaysOver)),
			sheet.Text(d.LastDay.String()), sheet.Text(d.LastResult), sheet.Text(d.LastNote), sheet.Text(follow)}
	})
	visits := export.Offer{Key: "care-visits", Name: "走访记录", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("日期", 12), export.Text("房屋", 20), export.Text("住户", 16), export.Text("关怀计划", 18),
		export.Text("结果", 12), export.Text("情况", 40), export.Text("登记人", 12), export.Text("撤回原因", 20)}}
	visits.Check, visits.Rows = export.Pages(s.listVisitsAPI, func(o *careVisitsOut) page.List[careVisitJSON] { return o.Body.List }, func(v *careVisitJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(v.Day.String()), sheet.Text(v.Label), sheet.Text(v.Name), sheet.Text(v.PlanName), sheet.Text(v.ResultName), sheet.Text(v.Note), sheet.Text(v.By), sheet.Text(v.Reason)}
	})
	plans := export.Offer{Key: "care-plans", Name: "关怀计划", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("计划", 20), export.Text("标签", 14), {Title: "每几天", Width: 8}, export.Text("做什么", 40),
		export.Text("从哪天开始", 12), export.Text("状态", 8)}}
	plans.Check, plans.Rows = export.Pages(s.listPlansAPI, func(o *carePlansOut) page.List[carePlanJSON] { return o.Body }, func(p *carePlanJSON) []sheet.Value {
		state := map[string]string{"active": "进行中", "ended": "已结束"}[p.State]
		return []sheet.Value{sheet.Text(p.Name), sheet.Text(p.TagName), sheet.Int(int64(p.Days)), sheet.Text(p.Todo), sheet.Text(p.Begins.String()), sheet.Text(state)}
	})
	return []export.Offer{due, visits, plans}
}
