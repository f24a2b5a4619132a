#!/usr/bin/env python3
"""Makes the seeds of the tests anew: small pictures and videos with a place wherever their formats have room for one.

Needs Pillow, numpy, ffmpeg and exiftool. The place is that of a well-known tower; SECRET marks it where it is plain text.
"""
import io
import struct
import subprocess
import zlib
from pathlib import Path

import numpy
from PIL import Image, ImageCms

HERE = Path(__file__).parent
SECRET = "secret-place"
GPS = ["-GPSLatitude=48.8584", "-GPSLatitudeRef=N", "-GPSLongitude=2.2945", "-GPSLongitudeRef=E"]


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def exiftool(name, *options):
    run("exiftool", "-q", "-overwrite_original", *options, HERE / name)


def picture(mode="RGB", width=48, height=32, shift=0):
    """A picture whose corners differ, so that turning it shows."""
    y, x = numpy.mgrid[0:height, 0:width]
    rgb = numpy.stack([(x * 5 + shift) % 256, y * 7 % 256, (x // 8 + y // 8) % 2 * 200], axis=-1).astype("uint8")
    rgb[: height // 3, : width // 3] = (230, 30, 30)
    image = Image.fromarray(rgb, "RGB")
    if mode == "RGBA":
        image.putalpha(Image.fromarray((x * 255 // width).astype("uint8"), "L"))
        return image
    return image.convert(mode)


def srgb():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpegs():
    picture().save(HERE / "base.jpg", quality=85)
    picture().save(HERE / "progressive.jpg", quality=85, progressive=True, icc_profile=srgb())
    picture("L").save(HERE / "gray.jpg", quality=85, restart_marker_blocks=2)
    picture("CMYK").save(HERE / "cmyk.jpg", quality=85)
    # The thumbnail of the EXIF block has an EXIF block and a place of its own.
    picture(width=24, height=16).save(HERE / "thumb.tmp.jpg")
    exiftool("thumb.tmp.jpg", *GPS, f"-Comment={SECRET}")
    picture().save(HERE / "places.jpg", quality=85, icc_profile=srgb())
    exiftool("places.jpg", *GPS, "-Orientation#=6", f"-ThumbnailImage<={HERE / 'thumb.tmp.jpg'}")
    exiftool("places.jpg", "-XMP:GPSLatitude=48.8584", f"-XMP:Location={SECRET}", f"-IPTC:City={SECRET}", f"-Comment={SECRET}")
    (HERE / "thumb.tmp.jpg").unlink()
    path = HERE / "places.jpg"
    jpeg = path.read_bytes()
    extension = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 64, 0) + SECRET.encode().ljust(64)
    jpeg = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(extension) + 2) + extension + jpeg[2:]
    # A motion photo: the video stands behind the end of the picture.
    path.write_bytes(jpeg + (HERE / "places.mp4").read_bytes())
    # Pillow's MPO is two pictures, the second behind the first.
    second = picture(shift=9)
    picture().save(HERE / "second.jpg", format="MPO", save_all=True, append_images=[second], quality=85)


def pngs():
    picture().save(HERE / "base.png")
    picture("RGBA").save(HERE / "alpha.png")
    picture("P").save(HERE / "palette.png", transparency=0)
    text = io.BytesIO()
    picture().save(text, "PNG", icc_profile=srgb())
    png = text.getvalue()
    exif = picture().getexif()
    exif[0x0112] = 8
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    raw = b"\nexif\n%8d\n%s\n" % (len(block) + 6, (b"Exif\0\0" + block).hex().encode())
    more = [
        chunk(b"eXIf", block),
        chunk(b"tEXt", b"Comment\0" + SECRET.encode()),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw)),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
              b"<rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:GPSLatitude='48,51.504N'/></rdf:RDF></x:xmpmeta>"),
        chunk(b"tIME", bytes([7, 233, 1, 2, 3, 4, 5])),
        chunk(b"plAc", SECRET.encode()),
    ]
    behind = png.index(b"IDAT") - 4
    (HERE / "places.png").write_bytes(png[:behind] + b"".join(more) + png[behind:] + SECRET.encode())
    end = len(png) - 12
    (HERE / "behind.png").write_bytes(png[:end] + more[0] + more[1] + png[end:])
    frames = [picture(shift=shift) for shift in (20, 40)]
    picture().save(HERE / "animated.png", save_all=True, append_images=frames, duration=90, loop=3)


def webps():
    picture().save(HERE / "base.webp", quality=80)
    picture("RGBA").save(HERE / "lossless.webp", lossless=True)
    exif = picture().getexif()
    exif[0x0112] = 3
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>" \
          b"<rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:GPSLatitude='48,51.504N'/></rdf:RDF></x:xmpmeta>"
    picture("RGBA").save(HERE / "places.webp", quality=80, exif=exif.tobytes(), xmp=xmp, icc_profile=srgb())
    with open(HERE / "places.webp", "ab") as file:
        file.write(SECRET.encode())
    frames = [picture("RGBA", shift=shift) for shift in (20, 40)]
    picture("RGBA").save(HERE / "animated.webp", save_all=True, append_images=frames, duration=90, loop=3, quality=80, exif=exif.tobytes(), xmp=xmp)


def gifs():
    picture("P").save(HERE / "base.gif")
    frames = [picture("P", shift=shift) for shift in (20, 40)]
    picture("P").save(HERE / "places.gif", save_all=True, append_images=frames, duration=90, loop=3, comment=SECRET.encode())
    exiftool("places.gif", "-XMP:GPSLatitude=48.8584", f"-XMP:Location={SECRET}")
    with open(HERE / "places.gif", "ab") as file:
        file.write(SECRET.encode())


LOCATION = ["-metadata", "location=+48.8584+002.2945/", "-metadata", f"title={SECRET}", "-metadata", f"comment={SECRET}"]
PICTURE = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
H264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "40", "-c:a", "aac", "-b:a", "16k", "-shortest"]


def ffmpeg(name, *options):
    run("ffmpeg", "-y", "-v", "error", *options, HERE / name)


def mp4s():
    ffmpeg("places.mp4", *PICTURE, *SOUND, *H264, *LOCATION)
    exiftool("places.mp4", "-XMP:GPSLatitude=48.8584", f"-XMP:Location={SECRET}")
    ffmpeg("places.mov", *PICTURE, *SOUND, *H264, "-movflags", "use_metadata_tags", "-metadata", "com.apple.quicktime.location.ISO6709=+48.8584+002.2945/",
           *LOCATION)
    ffmpeg("fast.mp4", *PICTURE, *H264, "-movflags", "faststart", *LOCATION)
    ffmpeg("fragments.mp4", *PICTURE, *SOUND, *H264, "-g", "5", "-movflags", "frag_keyframe+empty_moov+default_base_moof", *LOCATION)
    ffmpeg("turned.mp4", "-i", HERE / "fast.mp4", "-c", "copy", "-metadata:s:v", "rotate=90", *LOCATION)
    ffmpeg("loci.3gp", *PICTURE, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "40", *LOCATION)
    (HERE / "loci.3gp").rename(HERE / "loci.mp4")
    subtitles = HERE / "places.srt"
    subtitles.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n48.8584, 2.2945 {SECRET}\n")
    ffmpeg("subtitles.mp4", *PICTURE, "-i", subtitles, *H264, "-c:s", "mov_text")
    subtitles.unlink()


def webms():
    codecs = ["-c:v", "libvpx-vp9", "-crf", "60", "-b:v", "0", "-c:a", "libopus", "-b:a", "16k"]
    ffmpeg("places.webm", *PICTURE, *SOUND, *codecs, *LOCATION)
    ffmpeg("live.webm", *PICTURE, *SOUND, "-c:v", "libvpx", "-b:v", "20k", "-c:a", "libopus", "-b:a", "16k", *LOCATION, "-f", "webm", "-live", "1")
    ffmpeg("foreign.mkv", *PICTURE, *H264)
    # WebM's own muxer takes no attachment; the bytes of Matroska's are the same but for the name of the type.
    note = HERE / "note.txt"
    note.write_text(SECRET)
    ffmpeg("attached.mkv", *PICTURE, *codecs, *LOCATION, "-attach", note, "-metadata:s:t", "mimetype=text/plain")
    note.unlink()
    attached = (HERE / "attached.mkv").read_bytes()
    (HERE / "attached.mkv").unlink()
    header = b"\x42\x82\x88matroska"
    assert header in attached
    # The type is shorter by four bytes, which an empty element fills.
    (HERE / "attached.webm").write_bytes(attached.replace(header, b"\x42\x82\x84webm\xec\x82\0\0", 1))


mp4s()
webms()
jpegs()
pngs()
webps()
gifs()
