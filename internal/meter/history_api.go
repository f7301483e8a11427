package meter

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/web"

	"github.com/danielgtaylor/huma/v2"
)

type historyOut struct {
	Body struct {
		Meters   []MeterJSON   `json:"meters" nullable:"false" doc:"先后装在这里的表，旧的在前"`
		Readings []ReadingJSON `json:"readings" nullable:"false" doc:"历次读数，新的在前，最多 240 条"`
	}
}

func (s *Service) historyAPI(ctx context.Context, who actor.Actor, in *listReadingsIn) (*historyOut, error) {
	q := s.db.Reader(ctx)
	if err := s.reachMeter(ctx, q, in.Project, in.Meter, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	h, err := s.History(ctx, q, in.Project, in.Meter)
	if err != nil {
		return nil, err
	}
	out := &historyOut{}
	if out.Body.Meters, err = s.meterJSON(ctx, q, in.Project, h.Meters); err != nil {
		return nil, err
	}
	out.Body.Readings = make([]ReadingJSON, len(h.Readings))
	for i := range h.Readings {
		out.Body.Readings[i] = toReading(&h.Readings[i])
	}
	return out, nil
}

type addPhotoIn struct {
	Project id.ID `path:"project"`
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true" doc:"JPG 或 PNG，最大 20 MB；重新压成 JPG，拍摄信息去掉"`
	}]
}

type addPhotoOut struct {
	Body struct {
		Photo id.ID `json:"photo_id" doc:"录入读数时带上"`
		Size  int64 `json:"size" doc:"字节"`
	}
}

func (s *Service) addPhotoAPI(ctx context.Context, who actor.Actor, in *addPhotoIn) (*addPhotoOut, error) {
	f := in.RawBody.Data().File
	defer f.Close()
	b, err := s.AddPhoto(ctx, who, in.Project, f.Filename, f)
	if err != nil {
		return nil, err
	}
	out := &addPhotoOut{}
	out.Body.Photo, out.Body.Size = b.ID, b.Size
	return out, nil
}

type photoIn struct {
	Project id.ID `path:"project"`
	Reading id.ID `path:"reading"`
}

func (s *Service) photoAPI(ctx context.Context, who actor.Actor, in *photoIn) (*huma.StreamResponse, error) {
	if err := s.reachReading(ctx, s.db.Reader(ctx), in.Project, in.Reading, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	f, b, err := s.Photo(ctx, in.Project, in.Reading)
	if err != nil {
		return nil, err
	}
	return web.Send(f, web.Sent{Type: "image/jpeg", Size: b.Size, Show: true, Keep: true}), nil
}
