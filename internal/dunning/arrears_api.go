package dunning

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

type arrearsJSON struct {
	Room      id.ID      `json:"room_id"`
	Label     string     `json:"room_label"`
	Payer     string     `json:"payer_name"`
	Principal money.Fen  `json:"principal" doc:"逾期的本金，分"`
	Late      money.Fen  `json:"late_fee" doc:"到今天的违约金，分"`
	Count     int        `json:"count" doc:"逾期几笔"`
	Oldest    clock.Date `json:"oldest_due" doc:"最早的应缴日"`
	DaysOver  int        `json:"days_over" doc:"最久逾期几天"`
	Letters   int        `json:"letters" doc:"出过几张催缴单"`
	Last      *eventJSON `json:"last,omitempty" doc:"最近一次送达、电话或上门"`
	Promise   *eventJSON `json:"promise,omitempty" doc:"最近一次承诺"`
	Broken    bool       `json:"promise_broken" doc:"承诺的日子已过，还没缴清"`
	Expires   clock.Date `json:"limitation" doc:"最早一笔的诉讼时效到哪天"`
	Warn      bool       `json:"limitation_warn" doc:"90 天内到期或已过"`
}

type arrearsIn struct {
	Project id.ID `path:"project"`
	page.Request
	Days     int   `query:"days_over" minimum:"0" maximum:"36500" doc:"逾期超过几天"`
	Building id.ID `query:"building_id" doc:"只看一栋楼"`
	Count    bool  `query:"count" doc:"true 时给出全部结果的合计"`
}

type arrearsOut struct {
	Body struct {
		page.List[arrearsJSON]
		Totals *arrearsSumJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
	}
}

type arrearsSumJSON struct {
	Rooms     int64     `json:"rooms" doc:"多少间房"`
	Principal money.Fen `json:"principal" doc:"逾期的本金，分"`
}

func (s *Service) listArrearsAPI(ctx context.Context, who actor.Actor, in *arrearsIn) (*arrearsOut, error) {
	f := ArrearsFilter{Request: in.Request, Days: in.Days, Building: in.Building, Within: who.Within(PermRead, in.Project)}
	q := s.DB.Reader(ctx)
	l, err := s.Arrears(ctx, q, in.Project, f)
	if err != nil {
		return nil, err
	}
	today := clock.DateOf(s.DB.Clock().Now())
	out := &arrearsOut{}
	out.Body.Items, out.Body.Next = []arrearsJSON{}, l.Next
	for i := range l.Items {
		a := &l.Items[i]
		out.Body.Items = append(out.Body.Items, arrearsJSON{a.Room, a.Label, a.PayerName, a.Principal, a.Late, a.Count, a.Oldest, today.Sub(a.Oldest), a.Letters,
			toEvent(a.Last), toEvent(a.Promise), a.Broken, a.Expires, a.Warn})
	}
	if in.Count {
		sum, err := s.ArrearsSum(ctx, q, in.Project, f)
		if err != nil {
			return nil, err
		}
		out.Body.Totals = &arrearsSumJSON{sum.Rooms, sum.Amount}
	}
	return out, nil
}

// Exports are the lists of the room that can be taken out as tables.
func (s *Service) Exports() []export.Offer {
	return []export.Offer{s.arrearsOffer(), s.letterOffer()}
}

func (s *Service) arrearsOffer() export.Offer {
	o := export.Offer{Key: "arrears", Name: "欠费", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("房屋", 20), export.Text("缴费人", 14),
		export.Money("逾期本金"), export.Money("违约金"), {Title: "笔数", Width: 8}, export.Text("最早应缴日", 12), {Title: "最久逾期天数", Width: 12},
		{Title: "催缴单", Width: 8}, export.Text("最近一次", 30), export.Text("诉讼时效到", 12)}}
	o.Check, o.Rows = export.Pages(s.listArrearsAPI, func(o *arrearsOut) page.List[arrearsJSON] { return o.Body.List }, func(a *arrearsJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(a.Label), sheet.Text(a.Payer), export.Yuan(a.Principal), export.Yuan(a.Late), sheet.Int(int64(a.Count)),
			sheet.Text(a.Oldest.String()), sheet.Int(int64(a.DaysOver)), sheet.Int(int64(a.Letters)), sheet.Text(a.lastWords()), sheet.Text(a.Expires.String())}
	})
	return o
}

// lastWords are what came of the last contact.
func (a *arrearsJSON) lastWords() string {
	if a.Last == nil {
		return ""
	}
	return a.Last.Date.String() + " " + a.Last.ResultName
}
