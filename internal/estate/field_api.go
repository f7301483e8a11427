package estate

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

func (s *Service) fieldRoutes(w *web.Server) {
	const in = "/projects/{project}"
	honour(w, "list-fields", "GET", in+"/fields", "列出自定义字段", PermRead, s.listFieldsAPI)
	route(w, "create-field", "POST", in+"/fields", "新建自定义字段", PermWrite, s.createFieldAPI)
	route(w, "edit-field", "PUT", in+"/fields/{field}", "修改、停用或启用自定义字段（整条提交）", PermWrite, s.editFieldAPI)
	honour(w, "read-room-values", "GET", in+"/rooms/{room}/values", "一间房的自定义字段", PermRead, s.roomValuesAPI)
	honour(w, "set-room-values", "PUT", in+"/rooms/{room}/values", "填写一间房的自定义字段", PermWrite, s.setRoomValuesAPI)
	honour(w, "read-person-values", "GET", in+"/people/{person}/values", "一个住户的自定义字段", PermRead, s.personValuesAPI)
	honour(w, "set-person-values", "PUT", in+"/people/{person}/values", "填写一个住户的自定义字段", PermWrite, s.setPersonValuesAPI)
}

// FieldParts are what people fill in of a field.
type FieldParts struct {
	Kind     string   `json:"kind" enum:"person,room" doc:"住户或房屋，定了不能改"`
	Name     string   `json:"name" minLength:"1" maxLength:"20" doc:"如 紧急联系人、产权证号"`
	Type     string   `json:"type" enum:"text,number,date,choice" doc:"文字、数字、日期、选项，定了不能改"`
	Choices  []string `json:"choices,omitempty" maxItems:"50" doc:"选项，只用于 choice"`
	Required bool     `json:"required,omitempty" doc:"保存时不能为空"`
	Sort     int      `json:"sort,omitempty" minimum:"0" maximum:"1000" doc:"次序，小的在前"`
}

type fieldJSON struct {
	ID id.ID `json:"id"`
	FieldParts
	Active  bool `json:"active" doc:"在用"`
	Version int  `json:"version" doc:"修改时原样带回"`
}

func (p FieldParts) field() Field {
	return Field{Kind: p.Kind, Name: p.Name, Type: p.Type, Choices: p.Choices, Required: p.Required, Sort: p.Sort}
}

func toField(f Field) fieldJSON {
	return fieldJSON{f.ID, FieldParts{f.Kind, f.Name, f.Type, f.Choices, f.Required, f.Sort}, f.Active, f.Version}
}

type fieldsOut struct {
	Body struct {
		Items []fieldJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listFieldsAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Kind    string `query:"kind" enum:"person,room" doc:"住户或房屋，不填为全部"`
}) (*fieldsOut, error) {
	list, err := s.Fields(ctx, s.db.Reader(ctx), in.Project, in.Kind)
	out := &fieldsOut{}
	out.Body.Items = each(list, toField)
	return out, err
}

type fieldOut struct{ Body fieldJSON }

func (s *Service) createFieldAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    FieldParts
}) (*fieldOut, error) {
	var f Field
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		f, err = s.CreateField(ctx, tx, who, in.Project, in.Body.field())
		return err
	})
	return &fieldOut{toField(f)}, err
}

func (s *Service) editFieldAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Field   id.ID `path:"field"`
	Body    struct {
		FieldParts
		Active  bool `json:"active" doc:"停用后不再出现，已填的留着"`
		Version int  `json:"version" doc:"读到的版本"`
	}
}) (*fieldOut, error) {
	f := in.Body.field()
	f.ID, f.Active, f.Version = in.Field, in.Body.Active, in.Body.Version
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		f, err = s.EditField(ctx, tx, who, in.Project, f)
		return err
	})
	return &fieldOut{toField(f)}, err
}

// ValueJSON is a field with what a record says in it.
type ValueJSON struct {
	Field    id.ID    `json:"field_id"`
	Name     string   `json:"name"`
	Type     string   `json:"type" enum:"text,number,date,choice"`
	Choices  []string `json:"choices" nullable:"false"`
	Required bool     `json:"required"`
	Text     string   `json:"value" doc:"没有填写则为空"`
}

type valuesOut struct {
	Body struct {
		Items []ValueJSON `json:"items" nullable:"false"`
	}
}

func toValues(list []Value, err error) (*valuesOut, error) {
	out := &valuesOut{}
	out.Body.Items = each(list, func(v Value) ValueJSON {
		return ValueJSON{v.Field.ID, v.Field.Name, v.Field.Type, v.Field.Choices, v.Field.Required, v.Text}
	})
	return out, err
}

// ValueChange is one field with what was read and what takes its place.
type ValueChange struct {
	Field id.ID  `json:"field_id"`
	Seen  string `json:"seen" maxLength:"400" doc:"读到的内容；变了就拒绝"`
	Text  string `json:"value" maxLength:"400" doc:"新的内容，空为清除"`
}

// ValuesBody is what people fill in.
type ValuesBody struct {
	Values []ValueChange `json:"values" maxItems:"40"`
}

func (b *ValuesBody) list() []NewValue {
	out := make([]NewValue, len(b.Values))
	for i, v := range b.Values {
		out[i] = NewValue(v)
	}
	return out
}

func (s *Service) setValues(ctx context.Context, who actor.Actor, project id.ID, kind string, subject id.ID, b *ValuesBody) (*valuesOut, error) {
	var list []Value
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err = s.reachSubjects(ctx, tx, project, kind, []id.ID{subject}, who.Within(PermWrite, project)); err != nil {
			return err
		}
		list, err = s.SetValues(ctx, tx, who, project, kind, subject, b.list())
		return err
	})
	return toValues(list, err)
}

func (s *Service) roomValuesAPI(ctx context.Context, who actor.Actor, in *roomIn) (*valuesOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.RoomWithin(ctx, q, in.Project, in.Room, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	return toValues(s.Values(ctx, q, in.Project, TagRoom, in.Room))
}

func (s *Service) setRoomValuesAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
	Body    ValuesBody
}) (*valuesOut, error) {
	return s.setValues(ctx, who, in.Project, TagRoom, in.Room, &in.Body)
}

func (s *Service) personValuesAPI(ctx context.Context, who actor.Actor, in *personIn) (*valuesOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.PersonWithin(ctx, q, in.Project, in.Person, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	return toValues(s.Values(ctx, q, in.Project, TagPerson, in.Person))
}

func (s *Service) setPersonValuesAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
	Body    ValuesBody
}) (*valuesOut, error) {
	return s.setValues(ctx, who, in.Project, TagPerson, in.Person, &in.Body)
}
