package tariff

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

type discountPhotoIn struct {
	Project id.ID `path:"project"`
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true" doc:"JPG 或 PNG，最大 20 MB；重新压成 JPG，拍摄信息去掉"`
	}]
}

type discountPhotoOut struct {
	Body struct {
		Photo id.ID `json:"photo_id" doc:"提出优惠时带上"`
		Size  int64 `json:"size" doc:"字节"`
	}
}

func (s *Service) addPhotoAPI(ctx context.Context, who actor.Actor, in *discountPhotoIn) (*discountPhotoOut, error) {
	f := in.RawBody.Data().File
	defer f.Close()
	b, err := s.AddPhoto(ctx, who, in.Project, f.Filename, f)
	if err != nil {
		return nil, err
	}
	out := &discountPhotoOut{}
	out.Body.Photo, out.Body.Size = b.ID, b.Size
	return out, nil
}

type photoIn struct {
	Project  id.ID `path:"project"`
	Discount id.ID `path:"discount"`
	No       int   `path:"no" doc:"第几张，从 1 起"`
}

func (s *Service) photoAPI(ctx context.Context, _ actor.Actor, in *photoIn) (*huma.StreamResponse, error) {
	f, b, err := s.Photo(ctx, in.Project, in.Discount, in.No)
	if err != nil {
		return nil, err
	}
	return web.Send(f, web.Sent{Type: "image/jpeg", Size: b.Size, Show: true, Keep: true}), nil
}
