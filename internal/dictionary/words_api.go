package dictionary

import (
	"context"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}/dictionaries"
	web.Handle(w, web.Op{ID: "list-dictionaries", Method: "GET", Path: in, Summary: "字典：户型、作废原因等常用的词", Tag: "dictionary", Permission: estate.PermRead, Buildings: true}, s.listAPI)
	web.Handle(w, web.Op{ID: "set-dictionary", Method: "PUT", Path: in + "/{key}", Summary: "改一个字典里的词，已写下的不变", Tag: "dictionary", Permission: estate.PermWrite}, s.setAPI)
}

type listJSON struct {
	Key     string   `json:"key" enum:"layout,void_reason,reveal_reason,withdraw_reason"`
	Name    string   `json:"name" doc:"名称，如 户型"`
	Words   []string `json:"words" nullable:"false" doc:"按出现的次序"`
	Ready   []string `json:"ready" nullable:"false" doc:"现成的词"`
	Version int      `json:"version" doc:"修改时原样带回；0 为用着现成的"`
}

type dictionariesOut struct {
	Body struct {
		Items []listJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*dictionariesOut, error) {
	list, err := s.Lists(ctx, s.db.Reader(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	out := &dictionariesOut{}
	for i, ready := range readyMade() {
		out.Body.Items = append(out.Body.Items, listJSON{list[i].Key, ready.Name, list[i].Words, ready.Words, list[i].Version})
	}
	return out, nil
}

type dictionaryOut struct {
	Body struct {
		Key     string   `json:"key"`
		Words   []string `json:"words" nullable:"false"`
		Version int      `json:"version"`
	}
}

func (s *Service) setAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Key     string `path:"key" maxLength:"40" doc:"哪个字典，如 layout"`
	Body    struct {
		Words   []string `json:"words" nullable:"false" maxItems:"100" doc:"按出现的次序，最多 30 个，每个最多 20 个字"`
		Version int      `json:"version" doc:"读到的 version"`
	}
}) (*dictionaryOut, error) {
	var d List
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		d, err = s.Put(ctx, tx, who, in.Project, List{Key: in.Key, Words: in.Body.Words, Version: in.Body.Version})
		return err
	})
	out := &dictionaryOut{}
	out.Body.Key, out.Body.Words, out.Body.Version = d.Key, d.Words, d.Version
	return out, err
}
