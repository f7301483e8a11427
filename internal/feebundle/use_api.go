package feebundle

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/tariff"
)

// PlaceFields say to whom a bundle is given.
type PlaceFields struct {
	Scope  string             `json:"scope" enum:"project,kind,building,rule,rooms" doc:"给谁：全项目、一类房屋、一栋楼、按条件、选定的房屋；除了选定的房屋，以后符合的新房屋也收"`
	Target id.ID              `json:"target_id,omitempty" doc:"楼栋，只用于 scope=building"`
	Kind   string             `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other" doc:"房屋类型，只用于 scope=kind"`
	Rule   *tariff.RuleFields `json:"rule,omitempty" doc:"条件，只用于 scope=rule；写了的都要满足"`
	Rooms  []id.ID            `json:"room_ids,omitempty" maxItems:"500" nullable:"false" doc:"房屋，只用于 scope=rooms"`
	From   clock.Date         `json:"from_date" doc:"从哪天起（含）"`
	Until  clock.Date         `json:"until_date,omitempty" doc:"到哪天止（含），空为长期"`
}

func (f *PlaceFields) place() Place {
	p := Place{Assignment: tariff.Assignment{Scope: tariff.Scope(f.Scope), Target: f.Target, Kind: f.Kind, From: f.From, Until: f.Until}, Rooms: f.Rooms}
	if f.Scope == "rooms" {
		p.Scope = tariff.ToRoom
	}
	if f.Rule != nil {
		p.Rule = tariff.Rule(*f.Rule)
	}
	return p
}

func toPlace(p *Place) PlaceFields {
	f := PlaceFields{Scope: string(p.Scope), Target: p.Target, Kind: p.Kind, Rooms: p.Rooms, From: p.From, Until: p.Until}
	if p.Scope == tariff.ToRoom {
		f.Scope = "rooms"
	}
	if p.Scope == tariff.ToRule {
		r := tariff.RuleFields(p.Rule)
		f.Rule = &r
	}
	return f
}

type bundleEffectJSON struct {
	PartFields
	Name    string     `json:"item_name"`
	Verdict string     `json:"verdict" enum:"give,has,retired,over,mixed,many,later" doc:"give 加给缺它的房屋，has 都已有，其余为不加：retired 已停用，over 那时已停收，mixed 按数量收且有户已在收，many 一次性费用户数太多，later 一次性费用还太早"`
	Words   string     `json:"words" doc:"一句话：几户从哪天起收，几户已有"`
	Warning string     `json:"warning" doc:"加了也还出不了账的原因，如没有单价、没有登记面积；没有则空"`
	Price   string     `json:"price" doc:"那天的单价，没有则空"`
	Day     clock.Date `json:"day,omitempty" doc:"从哪天起收"`
	Gains   int        `json:"gains" doc:"加给几户"`
	Had     int        `json:"had" doc:"几户已有，不动"`
	Spared  int        `json:"spared" doc:"几户单独设了不收，不动"`
	Lacking int        `json:"lacking" doc:"加给的户里，几户缺资料、还出不了账"`
	First   []string   `json:"first" nullable:"false" doc:"加给的前几户，最多 10 户；给出之后不列"`
}

func toEffect(e *Effect, labels map[id.ID]string) bundleEffectJSON {
	out := bundleEffectJSON{PartFields: PartFields(e.Part), Name: e.Name, Verdict: string(e.Verdict), Words: e.Words(), Warning: e.Warning(), Price: e.Price, Day: e.Day,
		Gains: e.Gains, Had: e.Had, Spared: e.Spared, Lacking: e.Lacking, First: make([]string, len(e.first()))}
	for i, r := range e.first() {
		out.First[i] = labels[r]
	}
	return out
}

// effects names the rooms of effects that were just looked at.
func (s *Service) effects(ctx context.Context, q db.Q, project id.ID, list []Effect) ([]bundleEffectJSON, error) {
	var rooms []id.ID
	for i := range list {
		rooms = append(rooms, list[i].first()...)
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	out := make([]bundleEffectJSON, len(list))
	for i := range list {
		out[i] = toEffect(&list[i], labels)
	}
	return out, err
}

type bundlePreviewOut struct {
	Body struct {
		Label   string             `json:"label" doc:"给谁"`
		Rooms   int                `json:"rooms" doc:"这个范围今天有几户"`
		Effects []bundleEffectJSON `json:"effects" nullable:"false" doc:"每项费用会怎样"`
	}
}

type giveIn struct {
	Project id.ID `path:"project"`
	Bundle  id.ID `path:"bundle"`
	Body    struct {
		PlaceFields
		Version int `json:"version" doc:"看到的套餐版本；变了就不给，先看新的"`
	}
}

func (s *Service) previewAPI(ctx context.Context, _ actor.Actor, in *giveIn) (*bundlePreviewOut, error) {
	q := s.db.Reader(ctx)
	p := in.Body.place()
	effects, rooms, err := s.Preview(ctx, q, in.Project, Giving{Bundle: in.Bundle, Place: p})
	if err != nil {
		return nil, err
	}
	labels, err := s.labels(ctx, q, in.Project, []Use{{Place: p}})
	if err != nil {
		return nil, err
	}
	out := &bundlePreviewOut{}
	out.Body.Label, out.Body.Rooms = labels[0], rooms
	out.Body.Effects, err = s.effects(ctx, q, in.Project, effects)
	return out, err
}

type bundleUseJSON struct {
	ID id.ID `json:"id"`
	PlaceFields
	Bundle   id.ID              `json:"bundle_id"`
	Label    string             `json:"label" doc:"给谁"`
	Reached  int                `json:"rooms" doc:"给出时有几户"`
	State    string             `json:"state" enum:"given,undone" doc:"已给出、已撤销"`
	By       string             `json:"by"`
	At       time.Time          `json:"at"`
	UndoneBy string             `json:"undone_by"`
	UndoneAt *time.Time         `json:"undone_at,omitempty"`
	Reason   string             `json:"reason" doc:"撤销的原因"`
	Kept     int                `json:"kept" doc:"撤销时保留的：之后单独改过、收过款的"`
	Effects  []bundleEffectJSON `json:"effects" nullable:"false" doc:"给出时每项费用怎样了"`
	Version  int                `json:"version" doc:"撤销和补上时原样带回"`
}

func (s *Service) uses(ctx context.Context, q db.Q, project id.ID, list []Use) ([]bundleUseJSON, error) {
	labels, err := s.labels(ctx, q, project, list)
	if err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := make([]bundleUseJSON, len(list))
	for i := range list {
		u := &list[i]
		out[i] = bundleUseJSON{ID: u.ID, PlaceFields: toPlace(&u.Place), Bundle: u.Bundle, Label: labels[i], Reached: u.Reached, State: u.state(), By: u.By,
			At: u.At.In(clock.Shanghai()), UndoneBy: u.Undone.By, Reason: u.Undone.Reason, Kept: u.Undone.Kept, Version: u.Version, Effects: make([]bundleEffectJSON, len(u.Effects))}
		if !u.Given {
			at := u.Undone.At.In(clock.Shanghai())
			out[i].UndoneAt = &at
		}
		for k := range u.Effects {
			e := u.Effects[k]
			e.Name, e.Basis, e.gaining = items[e.Item].Name, items[e.Item].Basis, nil
			out[i].Effects[k] = toEffect(&e, nil)
			out[i].Effects[k].Warning = "" // it was said before it was given
		}
	}
	return out, nil
}

type bundleUseOut struct{ Body bundleUseJSON }

func (s *Service) useAnswer(ctx context.Context, project id.ID, u Use, err error) (*bundleUseOut, error) {
	if err != nil {
		return nil, err
	}
	rows, err := s.uses(ctx, s.db.Reader(ctx), project, []Use{u})
	if err != nil {
		return nil, err
	}
	return &bundleUseOut{rows[0]}, nil
}

func (s *Service) giveAPI(ctx context.Context, who actor.Actor, in *giveIn) (*bundleUseOut, error) {
	u, err := s.Give(ctx, who, in.Project, Giving{in.Bundle, in.Body.Version, in.Body.place()})
	return s.useAnswer(ctx, in.Project, u, err)
}

type bundleUsesOut struct{ Body page.List[bundleUseJSON] }

func (s *Service) usesAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Bundle  id.ID `path:"bundle"`
	page.Request
}) (*bundleUsesOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.Bundle(ctx, q, in.Project, in.Bundle); err != nil {
		return nil, err
	}
	l, err := s.Uses(ctx, q, in.Project, in.Bundle, in.Request)
	if err != nil {
		return nil, err
	}
	rows, err := s.uses(ctx, q, in.Project, l.Items)
	return &bundleUsesOut{page.List[bundleUseJSON]{Items: rows, Next: l.Next}}, err
}

type undoIn struct {
	Project id.ID `path:"project"`
	Use     id.ID `path:"bundle_use"`
	Body    struct {
		Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么撤销"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) undoAPI(ctx context.Context, who actor.Actor, in *undoIn) (*bundleUseOut, error) {
	u, err := s.Undo(ctx, who, in.Project, in.Use, in.Body.Version, in.Body.Reason)
	return s.useAnswer(ctx, in.Project, u, err)
}

type bundleGapJSON struct {
	Use     bundleUseJSON      `json:"use" doc:"哪一次给出的"`
	Rooms   int                `json:"rooms" doc:"这个范围今天有几户"`
	Effects []bundleEffectJSON `json:"effects" nullable:"false" doc:"缺的费用，如果从今天起补上会怎样"`
}

type bundleGapsOut struct {
	Body struct {
		Items []bundleGapJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) gapsAPI(ctx context.Context, _ actor.Actor, in *bundleIn) (*bundleGapsOut, error) {
	q := s.db.Reader(ctx)
	gaps, err := s.Gaps(ctx, q, in.Project, in.Bundle)
	if err != nil {
		return nil, err
	}
	list := make([]Use, len(gaps))
	for i := range gaps {
		list[i] = gaps[i].Use
	}
	rows, err := s.uses(ctx, q, in.Project, list)
	if err != nil {
		return nil, err
	}
	out := &bundleGapsOut{}
	out.Body.Items = make([]bundleGapJSON, len(gaps))
	for i := range gaps {
		effects, err := s.effects(ctx, q, in.Project, gaps[i].Effects)
		if err != nil {
			return nil, err
		}
		out.Body.Items[i] = bundleGapJSON{rows[i], gaps[i].Rooms, effects}
	}
	return out, nil
}

type fillIn struct {
	Project id.ID `path:"project"`
	Use     id.ID `path:"bundle_use"`
	Body    struct {
		From          clock.Date `json:"from_date" doc:"缺的费用从哪天起收"`
		Version       int        `json:"version" doc:"读到的这一次的版本"`
		BundleVersion int        `json:"bundle_version" doc:"读到的套餐版本"`
	}
}

func (s *Service) fillAPI(ctx context.Context, who actor.Actor, in *fillIn) (*bundleUseOut, error) {
	u, err := s.Fill(ctx, who, in.Project, in.Use, in.Body.Version, in.Body.BundleVersion, in.Body.From)
	return s.useAnswer(ctx, in.Project, u, err)
}

type roomBundleJSON struct {
	Bundle id.ID      `json:"bundle_id"`
	Name   string     `json:"name" doc:"套餐名称"`
	From   clock.Date `json:"from_date" doc:"从哪天起收"`
	Until  clock.Date `json:"until_date,omitempty" doc:"收到哪天，空为长期"`
	Label  string     `json:"label" doc:"给谁的，如 3栋"`
	Items  []string   `json:"items" nullable:"false" doc:"给出时加上的费用"`
}

type roomBundlesOut struct {
	Body struct {
		Items []roomBundleJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) ofRoomAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
}) (*roomBundlesOut, error) {
	q := s.db.Reader(ctx)
	list, bundles, err := s.OfRoom(ctx, q, in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	labels, err := s.labels(ctx, q, in.Project, list)
	if err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	out := &roomBundlesOut{}
	out.Body.Items = make([]roomBundleJSON, len(list))
	for i := range list {
		x := roomBundleJSON{Bundle: list[i].Bundle, Name: bundles[list[i].Bundle].Name, From: list[i].Place.From, Until: list[i].Place.Until, Label: labels[i], Items: []string{}}
		for _, e := range list[i].Effects {
			if e.Verdict == Gives {
				x.Items = append(x.Items, items[e.Item].Name)
			}
		}
		out.Body.Items[i] = x
	}
	return out, nil
}
