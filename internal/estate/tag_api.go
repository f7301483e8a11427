package estate

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

func (s *Service) tagRoutes(w *web.Server) {
	const in = "/projects/{project}"
	honour(w, "list-tags", "GET", in+"/tags", "列出标签", PermRead, s.listTagsAPI)
	route(w, "create-tag", "POST", in+"/tags", "新建标签", PermWrite, s.createTagAPI)
	route(w, "edit-tag", "PATCH", in+"/tags/{tag}", "改名、停用或启用标签", PermWrite, s.editTagAPI)
	honour(w, "put-tag", "POST", in+"/tags/{tag}/bearers", "给许多住户或房屋贴上或去掉标签", PermWrite, s.putTagAPI)
}

type tagJSON struct {
	ID      id.ID  `json:"id"`
	Name    string `json:"name"`
	Kind    string `json:"kind" enum:"person,room" doc:"住户或房屋"`
	Active  bool   `json:"active" doc:"在用"`
	Count   int    `json:"count" doc:"多少住户或房屋有它"`
	Version int    `json:"version" doc:"修改时原样带回"`
}

func toTag(t Tag) tagJSON { return tagJSON(t) }

type tagsOut struct {
	Body struct {
		Items []tagJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listTagsAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Kind    string `query:"kind" enum:"person,room" doc:"住户或房屋，不填为全部"`
}) (*tagsOut, error) {
	list, err := s.Tags(ctx, s.db.Reader(ctx), in.Project, in.Kind)
	for i := range list {
		if !who.Can(PermRead, in.Project) {
			list[i].Count = 0 // counts bearers of the whole project
		}
	}
	out := &tagsOut{}
	out.Body.Items = each(list, toTag)
	return out, err
}

type tagOut struct{ Body tagJSON }

func (s *Service) createTagAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Name string `json:"name" minLength:"1" maxLength:"12" doc:"如 老人、残疾、长租"`
		Kind string `json:"kind" enum:"person,room" doc:"住户或房屋"`
	}
}) (*tagOut, error) {
	var t Tag
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		t, err = s.CreateTag(ctx, tx, who, in.Project, Tag{Name: in.Body.Name, Kind: in.Body.Kind})
		return err
	})
	return &tagOut{toTag(t)}, err
}

func (s *Service) editTagAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Tag     id.ID `path:"tag"`
	Body    struct {
		Version int     `json:"version" doc:"读到的 version"`
		Name    *string `json:"name,omitempty" maxLength:"12"`
		Active  *bool   `json:"active,omitempty" doc:"停用后不能再贴，已贴的留着"`
	}
}) (*tagOut, error) {
	var t Tag
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		t, err = s.EditTag(ctx, tx, who, in.Project, in.Tag, TagEdit{in.Body.Version, in.Body.Name, in.Body.Active})
		return err
	})
	return &tagOut{toTag(t)}, err
}

type putTagOut struct {
	Body struct {
		Changed int `json:"changed" doc:"多少个有变化"`
	}
}

func (s *Service) putTagAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Tag     id.ID `path:"tag"`
	Body    struct {
		Subjects []id.ID `json:"subject_ids" maxItems:"1000" doc:"住户或房屋的编号"`
		On       bool    `json:"on" doc:"true 贴上，false 去掉"`
	}
}) (*putTagOut, error) {
	out := &putTagOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		out.Body.Changed, err = s.PutTag(ctx, tx, who, in.Project, in.Tag, in.Body.Subjects, in.Body.On)
		return err
	})
	return out, err
}

type tagRef struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

type placeRef struct {
	Room  id.ID      `json:"room_id"`
	Label string     `json:"room_label"`
	Part  string     `json:"part" enum:"owner,family,tenant,other"`
	Since clock.Date `json:"since" doc:"从哪天起，空为未登记"`
}

type personRow struct {
	ID        id.ID      `json:"id"`
	Name      string     `json:"name" doc:"姓名或单位名称"`
	Kind      string     `json:"kind" enum:"person,company" doc:"个人或单位"`
	Gender    string     `json:"gender" doc:"male、female 或空"`
	Email     string     `json:"email"`
	PhoneMask string     `json:"phone_mask" doc:"打码的手机号"`
	IDMask    string     `json:"id_mask" doc:"打码的证件号"`
	Version   int        `json:"version" doc:"修改时原样带回"`
	Places    []placeRef `json:"places" nullable:"false" doc:"现在的房屋"`
	Tags      []tagRef   `json:"tags" nullable:"false"`
}

// personRows adds rooms, those within the limit, and tags to one page of people.
func (s *Service) personRows(ctx context.Context, q db.Q, project id.ID, list []Person, within actor.Buildings) ([]personRow, error) {
	ids := make([]id.ID, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	marks, err := s.TagsOf(ctx, q, project, ids)
	if err != nil {
		return nil, err
	}
	homes, err := occupantsOf(ctx, q, project, "person_id", ids)
	if err != nil {
		return nil, err
	}
	places := map[id.ID][]placeRef{}
	for _, o := range homes {
		if !within.Has(o.building) {
			continue
		}
		places[o.Person.ID] = append(places[o.Person.ID], placeRef{o.Room, o.RoomLabel, o.Part, o.Since})
	}
	out := make([]personRow, len(list))
	for i, p := range list {
		r := personRow{ID: p.ID, Name: p.Name, Kind: p.Kind, Gender: p.Gender, Email: p.Email, PhoneMask: p.PhoneMask, IDMask: p.IDMask,
			Version: p.Version, Places: []placeRef{}, Tags: each(marks[p.ID], func(t Tag) tagRef { return tagRef{t.ID, t.Name} })}
		r.Places = append(r.Places, places[p.ID]...)
		out[i] = r
	}
	return out, nil
}
